#include "shelltool/history/turn_changes.h"

#include <doctest/doctest.h>

#include "shelltool/files/keep_files.h"
#include "tests/unit/files/scene.h"

namespace shelltool {
namespace {

using Kind = HistoryChange::Kind;

std::string told(const TurnChanges::Found& found) {
  static constexpr const char* words[] = {"changed", "created", "removed"};
  std::string text;
  for (const HistoryChange& change : found.changes)
    text += std::string(text.empty() ? "" : ", ") + words[static_cast<int>(change.kind)] + " " + change.path;
  return text;
}

HistoryEntry by_tool(Kind kind, const std::string& path, std::int64_t time_ns) {
  HistoryEntry entry;
  entry.time_ns = time_ns;
  entry.changes.emplace_back();
  entry.changes.back().kind = kind;
  entry.changes.back().path = path;
  return entry;
}

}  // namespace

TEST_CASE("what commands have made, changed and deleted is told by name") {
  TurnChanges turns;
  turns.begin({{{"/a", 1, 10, 10}, {"/b", 2, 10, 10}, {"/c", 3, 10, 10}}, true}, 20);
  CHECK(told(turns.look({{{"/a", 1, 30, 10}, {"/c", 3, 10, 10}, {"/d", 4, 31, 31}}, true}, 20)) ==
        "changed /a, created /d, removed /b");
  CHECK(told(turns.look({{{"/a", 1, 30, 10}, {"/c", 3, 10, 10}, {"/d", 4, 31, 31}}, true}, 40)).empty());
}

TEST_CASE("files that moved with their directory are told where they are, too") {
  TurnChanges turns;
  turns.begin({{{"/src/a", 1, 10, 10}}, true}, 20);
  CHECK(told(turns.look({{{"/lib/a", 1, 10, 10}}, true}, 20)) == "created /lib/a, removed /src/a");
}

TEST_CASE("what was changed before the command began was somebody else") {
  TurnChanges turns;
  turns.begin({{{"/a", 1, 10, 10}}, true}, 20);
  CHECK(told(turns.look({{{"/a", 1, 30, 10}, {"/b", 2, 30, 30}}, true}, 40)).empty());
}

TEST_CASE("what appeared between two looks is new only where the command made or moved it") {
  TurnChanges turns;
  turns.begin({{{"/a", 1, 10, 10}}, true}, 20);
  turns.note(by_tool(Kind::copied, "/copied", 45));
  const files::LookOverResult now{
      {{"/users", 2, 50, 30}, {"/made", 3, 51, 51}, {"/moved", 1, 52, 10}, {"/copied", 4, 53, 44}}, true};
  CHECK(told(turns.look(now, 40)) ==
        "changed /users, created /made, created /moved, changed /copied, removed /a");
}

TEST_CASE("of what a command touched before anybody looked it is not known that it is new") {
  TurnChanges turns;
  turns.begin({{{"/a", 1, 25, 25}}, true}, 20);
  const TurnChanges::Found found = turns.look({{{"/a", 1, 25, 25}}, true}, 20);
  CHECK(told(found) == "changed /a");
  CHECK(found.changes.at(0).changed_before_ns == 0);
}

TEST_CASE("what file tools have done is not the command's, and what it does to that is") {
  TurnChanges turns;
  turns.begin({{{"/a", 1, 10, 10}, {"/gone", 2, 10, 10}}, true}, 20);
  turns.note(by_tool(Kind::changed, "/a", 31));
  turns.note(by_tool(Kind::discarded, "/gone", 31));
  turns.note(by_tool(Kind::copied, "/tree", 31));
  CHECK(told(turns.look({{{"/a", 5, 30, 10}, {"/tree/x", 6, 30, 30}}, true}, 20)).empty());
  turns.note(by_tool(Kind::changed, "/a", 41));
  const TurnChanges::Found found = turns.look({{{"/a", 5, 50, 10}, {"/tree/x", 6, 30, 30}}, true}, 45);
  CHECK(told(found) == "changed /a");
  CHECK(found.changes.at(0).changed_before_ns == 41);
}

TEST_CASE("of a workspace that was not looked at as a whole no deletion is told") {
  TurnChanges turns;
  turns.begin({{{"/a", 1, 10, 10}, {"/b", 2, 10, 10}}, true}, 20);
  const TurnChanges::Found found = turns.look({{{"/a", 1, 10, 10}}, false}, 20);
  CHECK(told(found).empty());
  CHECK(found.unknown.find("large") != std::string::npos);
}

TEST_CASE("a checkpoint has what is neither ignored nor hidden by a rule, and says what it left out") {
  tests::FileScene scene;
  scene.dir.make_directory(".git");
  scene.dir.write(".gitignore", "*.o\n");
  scene.dir.write("a.c", "a");
  scene.dir.write("a.o", "o");
  scene.dir.write(".env", "KEY");
  scene.dir.write(".gatehouse-0123456789abcdef", "half");  // a tool is at it
  scene.dir.write("big", std::string(17U << 20U, 'x'));
  const files::KeepResult kept = files::keep_files({{scene.dir.path()}}, tests::hide_env, scene.journal);
  CHECK(kept.files == 2);
  CHECK(kept.hidden == 1);
  REQUIRE(kept.left_out.size() == 1);
  CHECK(kept.left_out[0].find("big: 17825792 bytes, too large") != std::string::npos);
  std::string names;
  scene.journal.each([&](const files::JournalStep& step) {
    if (step.kind == files::JournalStep::Kind::kept) names += step.name + "=" + step.content + " ";
  });
  CHECK(names == ".gitignore=*.o\n a.c=a ");
  files::DifferRequest request{
      {{scene.dir / "a.c", "other", 1, 0}, {scene.dir / ".env", "", 0, 0}, {scene.dir / "n", "", 0, 0}}};
  const files::DifferResult differ = files::differ(request, tests::hide_env);
  CHECK(differ.changed == std::vector<std::string>{scene.dir / "a.c"});
  CHECK(differ.gone == std::vector<std::string>{scene.dir / "n"});
  CHECK(differ.other_modes == std::vector<std::string>{scene.dir / "a.c"});
  CHECK(differ.hidden == 1);
}

}  // namespace shelltool
