#include "shelltool/files/settle.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <map>

#include "shelltool/files/file_ops.h"
#include "shelltool/files/trash.h"
#include "tests/unit/files/killed.h"
#include "tests/unit/files/scene.h"

namespace shelltool::files {
namespace {

namespace fs = std::filesystem;

/// Everything but the trash.
std::string listing(const tests::FileScene& scene) {
  std::map<std::string, std::string> entries;
  for (const auto& entry : fs::recursive_directory_iterator(scene.dir.path())) {
    const std::string name = entry.path().lexically_relative(scene.dir.path());
    if (name.starts_with(trash_name)) continue;
    entries[name] =
        entry.is_symlink() ? "->" + fs::read_symlink(entry.path()).string()
        : entry.is_directory()
            ? "/"
            : "=" + sys::read_file(entry.path(), 1U << 20U) +
                  (::access(entry.path().c_str(), X_OK) == 0 &&
                           (fs::status(entry.path()).permissions() & fs::perms::owner_exec) != fs::perms::none
                       ? "*"
                       : "");
  }
  std::string text;
  for (const auto& [name, what] : entries) text += (text.empty() ? "" : " ") + name + what;
  return text;
}

FileOpsRequest all_kinds(const tests::FileScene& scene) {
  using Kind = FileOp::Kind;
  return {{{Kind::copy, "f", "copy", false, false},
           {Kind::copy, "d", "tree", false, true},
           {Kind::remove, "gone", "", false, true},
           {Kind::move, "d", "e", false, false},
           {Kind::make_directory, "m/n", "", false, true},
           {Kind::move, "f", "m/n/f", false, false},
           {Kind::copy, "copy", "over", true, false},
           {Kind::link, "m/n/f", "l", false, false},
           {Kind::change_mode, "m/n/f", "u+x", false, false}},
          scene.dir.path(),
          {scene.dir.path()},
          false};
}

void fill(const tests::FileScene& scene) {
  scene.dir.write("f", "content of f");
  scene.dir.write("over", "old");
  scene.dir.make_directory("d");
  scene.dir.write("d/x", "1");
  scene.dir.make_directory("gone");
  scene.dir.write("gone/y", "2");
}

}  // namespace

TEST_CASE("operations on names that are killed at any system call are done or not, without litter") {
  int olds = 0, news = 0;
  std::string before, after;
  {
    tests::FileScene scene;
    fill(scene);
    before = listing(scene);
    file_ops(all_kinds(scene), tests::allow_all, scene.journal);
    after = listing(scene);
  }
  bool has_ended = false;
  for (int call = 1; !has_ended; call += 3) {  // three different sets of calls are enough
    tests::FileScene scene;
    fill(scene);
    has_ended = tests::killed_at(call, [&] { file_ops(all_kinds(scene), tests::allow_all, scene.journal); });
    settle(scene.journal);
    const std::string now = listing(scene);
    CAPTURE(call);
    CHECK((now == before || now == after));
    ++(now == after ? news : olds);
    REQUIRE(call < 5000);
  }
  CHECK(olds > 50);
  CHECK(news > 0);
}

TEST_CASE("a copy has no name before it is whole") {
  bool has_ended = false, was_there = false;
  for (int call = 1; !has_ended; ++call) {
    tests::FileScene scene;
    scene.dir.write("f", "content of f");
    has_ended = tests::killed_at(call, [&] {
      file_ops({{{FileOp::Kind::copy, "f", "copy", false, false}}, scene.dir.path(), {}, false},
               tests::allow_all, scene.journal);
    });
    if (fs::exists(scene.dir / "copy")) {
      was_there = true;
      CHECK(scene.content("copy") == "content of f");
    }
  }
  CHECK(was_there);
}

TEST_CASE("what was overwritten in place is taken back, but for what somebody has written since") {
  struct {
    const char* now;
    const char* then;
  } const cases[] = {{"NEW CONTENT", "old content"},
                     {"NEW content", "old content"},
                     {"old content", "old content"},
                     {"NEW mine!", "NEW mine!"},
                     {"mine", "mine"},
                     {"NEW CONTENT, mine", "NEW CONTENT, mine"}};
  for (const auto& [now, then] : cases) {
    tests::FileScene scene;
    scene.dir.write("f", now);
    struct stat status {};
    REQUIRE(::lstat((scene.dir / "f").c_str(), &status) == 0);
    JournalStep step = step_about(JournalStep::Kind::overwritten, scene.dir / "f");
    step.before = status.st_ino;
    step.content = "old content";
    step.content_after = "NEW CONTENT";
    step.is_content_kept = true;
    scene.journal.add(step);
    settle(scene.journal);
    CHECK(scene.content("f") == then);
  }
}

TEST_CASE("what somebody has put into a directory since a killed copy made it is in the trash") {
  tests::FileScene scene;
  scene.dir.make_directory("made");
  struct stat status {};
  REQUIRE(::lstat((scene.dir / "made").c_str(), &status) == 0);
  JournalStep step = step_about(JournalStep::Kind::copied, scene.dir / "made");
  step.after = status.st_ino;
  step.after_ns = 1;  // it was written to since
  scene.journal.add(step);
  scene.dir.write("made/mine", "mine");
  settle(scene.journal);
  CHECK_FALSE(fs::exists(scene.dir / "made"));
  bool is_kept = false;
  for (const auto& entry : fs::recursive_directory_iterator(scene.dir / trash_name))
    is_kept = is_kept || entry.path().filename() == "mine";
  CHECK(is_kept);
}

}  // namespace shelltool::files
