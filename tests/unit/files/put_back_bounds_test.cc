#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/xattr.h>

#include <ctime>

#include "shelltool/files/keep_files.h"
#include "shelltool/files/trash.h"
#include "shelltool/files/written.h"
#include "tests/unit/files/history.h"

namespace shelltool::files {
namespace {

namespace fs = std::filesystem;
using tests::History;
using Op = FileOp::Kind;

}  // namespace

TEST_CASE("all that stands in the way is named with what can be done, and nothing is changed") {
  History history;
  PutBackRequest request;
  for (const char* const name : {"a", "b", "c/x", "d"}) {
    PutBackStep& step = request.steps.emplace_back();
    step.path = history.scene.dir / name;
    step.content = "kept";
  }
  request.advice = "Do this.";
  history.scene.dir.write("a", "now");
  history.scene.dir.make_directory("b");
  history.scene.dir.write("c", "now");
  const std::string sentence =
      tests::sentence_of([&] { put_back(request, tests::allow_all, history.scene.journal); });
  CHECK(sentence.find("in the way of 2 of 4 changes; nothing was changed:\n") != std::string::npos);
  CHECK(sentence.find("/b: a directory stands there by now\n") != std::string::npos);
  CHECK(sentence.find("/c, on the way to it, is no directory by now\nDo this.") != std::string::npos);
  CHECK(history.scene.names() == std::vector<std::string>{"a", "b", "c"});
  CHECK(history.scene.content("a") == "now");
  fs::remove(history.scene.dir / "c");
  CHECK(tests::sentence_of([&] { put_back(request, tests::allow_all, history.scene.journal); }) ==
        (history.scene.dir / "b") + ": a directory stands there by now; nothing was changed\nDo this.");
}

TEST_CASE("what is put back over too much to be kept is named, also before") {
  History history;
  history.scene.dir.write("f", std::string(most_kept_before + 1, 'x'));
  PutBackRequest request;
  request.steps.emplace_back().path = history.scene.dir / "f";
  for (const bool dry_run : {true, false}) {
    request.dry_run = dry_run;
    CHECK(put_back(request, tests::allow_all, history.scene.journal).lost ==
          std::vector<std::string>{history.scene.dir / "f"});
  }
}

TEST_CASE("a dry run of an undo of a link says what would be done") {
  History history;
  history.scene.dir.write("f", "1\n");
  PutBackRequest request = history.undo_of(history.operate({{Op::link, "f", "l", false, false}}));
  request.dry_run = true;
  CHECK(put_back(request, tests::allow_all, history.scene.journal).diff.empty());
  CHECK(fs::is_symlink(history.scene.dir / "l"));
}

TEST_CASE("what comes out of the trash leaves nothing there, and an undo of that finds it") {
  History history;
  history.scene.dir.write("f", "1\n");
  std::uint64_t last = history.operate({{Op::remove, "f", "", false, false}});
  for (int i = 0; i < 3; ++i) {
    last = history.undo(last);
    CHECK(fs::exists(history.scene.dir / "f") == (i % 2 == 0));
    std::vector<std::string> lies;
    for (const auto& entry : fs::directory_iterator(history.scene.dir / ".gatehouse-trash"))
      if (entry.path().filename() != ".gitignore") lies.push_back(entry.path());
    CHECK(lies.size() == static_cast<std::size_t>(i % 2));
  }
}

TEST_CASE("where the trash is a link, there is another, which is known as one") {
  History history;
  fs::create_symlink(history.scene.beside.path(), history.scene.dir / ".gatehouse-trash");
  history.scene.dir.write("f", "1\n");
  const std::uint64_t removed = history.operate({{Op::remove, "f", "", false, false}});
  CHECK(is_in_trash(history.store.entry(removed)->changes.at(0).to));
  CHECK_FALSE(is_in_trash("/d/.gatehouse-trash-mine/f"));
  CHECK_FALSE(is_in_trash("/d/.gatehouse-trash"));
  history.undo(removed);
  CHECK(history.scene.content("f") == "1\n");
  CHECK(fs::exists(history.scene.beside / "history"));
}

TEST_CASE("thousands of files are put back with few descriptors, and no slower each than a few") {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit few{300, limit.rlim_max};
  double first = 0;
  for (const int count : {500, 4000}) {
    History history;
    PutBackRequest request;
    for (int i = 0; i < count; ++i) {
      history.scene.dir.write("discarded" + std::to_string(i), "1\n");
      request.steps.emplace_back().path = history.scene.dir / ("written" + std::to_string(i));
      PutBackStep& step = request.steps.emplace_back();
      step.kind = PutBackStep::Kind::discard;
      step.path = history.scene.dir / ("discarded" + std::to_string(i));
    }
    request.roots = {history.scene.dir.path()};
    ::setrlimit(RLIMIT_NOFILE, &few);
    const std::clock_t begun = std::clock();
    const std::string sentence =
        tests::sentence_of([&] { put_back(request, tests::allow_all, history.scene.journal); });
    const double each = static_cast<double>(std::clock() - begun) / count;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    CHECK(sentence.empty());
    if (first != 0) CHECK(each < 3 * first);
    first = each;
  }
}

TEST_CASE("what was saved while a checkpoint was made is not taken for what the checkpoint has") {
  History history;
  HistoryEntry checkpoint, turn;
  checkpoint.id = 1, checkpoint.by = "checkpoint", checkpoint.time_ns = 2000;
  checkpoint.changes.emplace_back();
  checkpoint.changes[0].kind = HistoryChange::Kind::kept;
  checkpoint.changes[0].path = "/f";
  checkpoint.changes[0].after = HistoryStore::Writing(history.store).keep("kept");
  checkpoint.changes[0].changed_ns = 1000;
  turn.id = 2, turn.by = HistoryEntry::turn;
  turn.changes.emplace_back();
  turn.changes[0].path = "/f";
  turn.changes[0].changed_ns = 3000;
  turn.changes[0].changed_before_ns = 1500;
  CHECK(plan_undo(turn, {checkpoint}, history.store).missing == std::vector<std::string>{"/f"});
  turn.changes[0].changed_before_ns = 1000;
  CHECK(plan_undo(turn, {checkpoint}, history.store).steps.at(0).content == "kept");
}

TEST_CASE("what a command has deleted gets its extended attributes back with its content and mode") {
  History history;
  const std::string path = history.scene.dir / "f";
  history.scene.dir.write("f", "kept");
  const bool has_attributes = ::setxattr(path.c_str(), "user.note", "mine", 4, 0) == 0;
  history.scene.journal.begin("checkpoint");
  keep_files({{history.scene.dir.path()}}, tests::allow_all, history.scene.journal);
  const HistoryEntry checkpoint = *history.store.entry(history.record());
  HistoryEntry turn;
  turn.id = 2, turn.by = HistoryEntry::turn;
  turn.changes = {checkpoint.changes.at(0)};
  turn.changes[0].kind = HistoryChange::Kind::removed;
  turn.changes[0].mode_before = 0740;
  turn.changes[0].changed_before_ns = checkpoint.changes[0].changed_ns;
  for (const bool by_checkpoint : {true, false}) {
    fs::remove(path);
    PutBackRequest request;
    request.steps = by_checkpoint ? plan_restore(checkpoint, {{path}, {}, {}, 0}, history.store).steps
                                  : plan_undo(turn, {checkpoint, turn}, history.store).steps;
    put_back(request, tests::allow_all, history.scene.journal);
    std::string note(4, '\0');
    if (has_attributes) CHECK(::getxattr(path.c_str(), "user.note", note.data(), note.size()) == 4);
    CHECK(note == (has_attributes ? "mine" : std::string(4, '\0')));
    CHECK(history.scene.content("f") == "kept");
  }
  CHECK((fs::status(path).permissions() & fs::perms::mask) == fs::perms(0740));
}

TEST_CASE("a checkpoint has the time of each file, and reads none within the tick that it was changed in") {
  tests::FileScene scene;
  scene.dir.write("f", "1");
  scene.journal.begin("checkpoint");
  keep_files({{scene.dir.path()}}, tests::allow_all, scene.journal);
  struct stat status {};
  REQUIRE(::stat((scene.dir / "f").c_str(), &status) == 0);
  const JournalStep kept = scene.journal.steps().at(0);
  CHECK(kept.changed_before_ns == nanoseconds(status.st_ctim));
  CHECK(scene.journal.last()->after_ns - kept.changed_before_ns >= 10'000'000);
}

}  // namespace shelltool::files
