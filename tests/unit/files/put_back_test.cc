#include "shelltool/files/put_back.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <chrono>
#include <thread>

#include "shelltool/files/content_hash.h"
#include "shelltool/files/edit.h"
#include "shelltool/files/file_ops.h"
#include "tests/unit/files/history.h"

namespace shelltool::files {
namespace {

namespace fs = std::filesystem;
using tests::History;
using tests::write_file;

/// Later than the clock of files can be ahead of the one of entries.
void wait_a_tick() { std::this_thread::sleep_for(std::chrono::milliseconds(30)); }

using Op = FileOp::Kind;

}  // namespace

TEST_CASE("a change is undone, the undo is undone, and the mode stays") {
  History history;
  history.scene.dir.write("f", "old\n");
  REQUIRE(::chmod((history.scene.dir / "f").c_str(), 0751) == 0);
  const std::uint64_t changed = history.write("f", "new\n");
  const std::uint64_t undone = history.undo(changed);
  CHECK(history.scene.content("f") == "old\n");
  CHECK((fs::status(history.scene.dir / "f").permissions() & fs::perms::mask) == fs::perms(0751));
  history.undo(undone);
  CHECK(history.scene.content("f") == "new\n");
  CHECK(history.store.entries().size() == 3);
}

TEST_CASE("what somebody else has changed since is not undone, and shown") {
  History history;
  history.scene.dir.write("f", "one\n");
  const std::uint64_t changed = history.write("f", "two\n");
  history.scene.dir.write("f", "two\nmine\n");
  CHECK(tests::code_of([&] { history.undo(changed); }) == "stale");
  const std::string sentence = tests::sentence_of([&] { history.undo(changed); });
  CHECK(sentence.find("somebody else has changed it since") != std::string::npos);
  CHECK(sentence.find("+mine") != std::string::npos);
  CHECK(sentence.find("-one") == std::string::npos);
  CHECK(history.scene.content("f") == "two\nmine\n");
}

TEST_CASE("an undo of a new file removes it and its directories, unless somebody uses them") {
  History history;
  const std::uint64_t made = history.write("a/b/f", "x");
  history.scene.dir.write("a/mine", "y");
  PutBackRequest request = history.undo_of(made);
  const PutBackResult result = put_back(request, tests::allow_all, history.scene.journal);
  CHECK_FALSE(fs::exists(history.scene.dir / "a/b"));
  CHECK(history.scene.content("a/mine") == "y");
  CHECK(result.left == std::vector<std::string>{history.scene.dir / "a"});
}

TEST_CASE("operations on names are undone together, or not at all") {
  using Kind = FileOp::Kind;
  History history;
  history.scene.dir.write("f", "1");
  history.scene.dir.make_directory("d");
  history.scene.dir.write("d/x", "2");
  const std::uint64_t done = history.operate({{Kind::remove, "d", "", false, true},
                                              {Kind::copy, "f", "g", false, false},
                                              {Kind::move, "f", "h", false, false},
                                              {Kind::change_mode, "h", "u+x", false, false},
                                              {Kind::link, "h", "l", false, false}});
  history.scene.dir.write("f", "in the way");
  CHECK(tests::code_of([&] { history.undo(done); }) == "exists");
  CHECK(history.scene.names() == std::vector<std::string>{".gatehouse-trash", "f", "g", "h", "l"});
  fs::remove(history.scene.dir / "f");
  const std::uint64_t undone = history.undo(done);
  CHECK(history.scene.names() == std::vector<std::string>{".gatehouse-trash", "d", "f"});
  CHECK(history.scene.content("d/x") == "2");
  CHECK((fs::status(history.scene.dir / "f").permissions() & fs::perms::owner_exec) == fs::perms::none);
  history.undo(undone);
  CHECK(history.scene.names() == std::vector<std::string>{".gatehouse-trash", "g", "h", "l"});
}

TEST_CASE("a rule holds for the way back, also before anything is told") {
  History history;
  const std::uint64_t made = history.write(".env", "KEY=1\n");
  history.write(".env", "KEY=2\n");
  CHECK(tests::code_of([&] { history.undo(2, tests::hide_env); }) == "denied");
  const std::string sentence = tests::sentence_of([&] { history.undo(made, tests::hide_env); });
  CHECK(sentence.find("KEY") == std::string::npos);
  CHECK(sentence.find("rule secrets") != std::string::npos);
  CHECK(history.scene.content(".env") == "KEY=2\n");
}

TEST_CASE("a dry run of an undo shows the difference and changes nothing") {
  History history;
  history.scene.dir.write("f", "old\n");
  const std::uint64_t changed = history.write("f", "new\n");
  PutBackRequest request = history.undo_of(changed);
  request.dry_run = true;
  const PutBackResult result = put_back(request, tests::allow_all, history.scene.journal);
  CHECK(result.diff.find("-new\n+old\n") != std::string::npos);
  CHECK(history.scene.content("f") == "new\n");
  CHECK(history.scene.journal.steps().empty());
}

TEST_CASE("what has become a link is not written through, nor shown") {
  History history;
  history.scene.dir.write("f", "old\n");
  const std::uint64_t changed = history.write("f", "new\n");
  fs::remove(history.scene.dir / "f");
  sys::write_all(sys::open_file(history.scene.beside / "secret", O_WRONLY | O_CREAT, 0600).get(), "KEY\n",
                 "x");
  fs::create_symlink(history.scene.beside / "secret", history.scene.dir / "f");
  const std::string sentence = tests::sentence_of([&] { history.undo(changed); });
  CHECK(sentence.find("link") != std::string::npos);
  CHECK(sentence.find("KEY") == std::string::npos);
  CHECK(sys::read_file(history.scene.beside / "secret", 100) == "KEY\n");
}

TEST_CASE("an undo of a move takes what was moved, and nothing that came there since") {
  History history;
  for (const bool is_directory : {false, true}) {
    const std::string a = history.scene.dir / "a", b = history.scene.dir / "b";
    if (is_directory)
      fs::create_directory(a);
    else
      history.scene.dir.write("a", "mine\n");
    const std::uint64_t moved = history.operate({{Op::move, "a", "b", false, true}});
    fs::remove_all(b);
    if (is_directory)
      fs::create_directory(b);
    else
      history.scene.dir.write("b", "SOMEBODY\n");
    CHECK(history.refusal(moved).find("/b: something else stands there by now; nothing was changed") !=
          std::string::npos);
    CHECK_FALSE(fs::exists(a));
    CHECK(fs::exists(b));
    fs::remove_all(b);
  }
}

TEST_CASE("a move is undone when what was moved was written to since, and when a change of it was undone") {
  History history;
  history.scene.dir.write("a", "1\n");
  const std::uint64_t moved = history.operate({{Op::move, "a", "b", false, false}});
  SUBCASE("written to") {
    sys::write_all(sys::open_file(history.scene.dir / "b", O_WRONLY | O_APPEND).get(), "2\n", "b");
    history.undo(moved);
    CHECK(history.scene.content("a") == "1\n2\n");
  }
  SUBCASE("changed and undone: it is another file with that content") {
    history.undo(history.write("b", "2\n"));
    history.undo(moved);
    CHECK(history.scene.content("a") == "1\n");
  }
}

TEST_CASE("what was changed in the trash is not put back") {
  History history;
  history.scene.dir.write("q", "mine\n");
  history.scene.dir.make_directory("d");
  history.scene.dir.write("d/x", "mine\n");
  const std::uint64_t removed =
      history.operate({{Op::remove, "q", "", false, false}, {Op::remove, "d", "", false, true}});
  wait_a_tick();
  SUBCASE("written to") {
    write_file(history.in_trash("q"), "EVIL\n");
    CHECK(history.refusal(removed).find("/q: it has been changed since; nothing") != std::string::npos);
  }
  SUBCASE("exchanged") {
    const std::string place = history.in_trash("q");
    fs::remove(place);
    write_file(place, "EVIL\n");
    CHECK(history.refusal(removed).find("/q: something else stands there by now") != std::string::npos);
  }
  SUBCASE("below a directory") {
    write_file(history.in_trash("d") + "/x", "EVIL\n");
    CHECK(history.refusal(removed).find("it has been changed since: ") != std::string::npos);
  }
  CHECK(history.scene.names() == std::vector<std::string>{".gatehouse-trash"});
}

TEST_CASE("no step follows a link that has come to be on the way") {
  History history;
  history.scene.dir.make_directory("d");
  history.scene.dir.write("d/z", "mine\n");
  history.scene.dir.write("f", "f\n");
  std::uint64_t done = 0;
  std::string swapped = "d";
  SUBCASE("of a mode") { done = history.operate({{Op::change_mode, "d/z", "600", false, false}}); }
  SUBCASE("of what was moved away") { done = history.operate({{Op::move, "d/z", "z", false, false}}); }
  SUBCASE("of what was moved in") { done = history.operate({{Op::move, "f", "d/f", false, false}}); }
  SUBCASE("of a link") { done = history.operate({{Op::link, "f", "d/l", false, false}}); }
  SUBCASE("of a directory") { done = history.operate({{Op::make_directory, "d/e", "", false, false}}); }
  SUBCASE("of a copy") { done = history.operate({{Op::copy, "f", "d/g", false, false}}); }
  SUBCASE("of a trash") {
    done = history.operate({{Op::remove, "f", "", false, false}});
    swapped = ".gatehouse-trash";
  }
  const std::string theirs = history.scene.beside / "theirs";
  fs::rename(history.scene.dir / swapped, theirs);
  fs::create_symlink(theirs, history.scene.dir / swapped);
  if (fs::exists(theirs + "/z")) REQUIRE(::chmod((theirs + "/z").c_str(), 0600) == 0);
  std::vector<std::string> before, after;
  for (const auto& entry : fs::recursive_directory_iterator(theirs)) before.push_back(entry.path());
  CHECK(history.refusal(done).find("is reached by a link by now, as " + theirs) != std::string::npos);
  for (const auto& entry : fs::recursive_directory_iterator(theirs)) after.push_back(entry.path());
  CHECK(before == after);
  struct stat status {};
  if (::stat((theirs + "/z").c_str(), &status) == 0) CHECK((status.st_mode & 0777U) == 0600);
}

TEST_CASE("a copy in which somebody has changed something stays") {
  History history;
  history.scene.dir.make_directory("d");
  history.scene.dir.make_directory("d/sub");
  history.scene.dir.write("d/sub/x", "1\n");
  std::string changed = "/e/user";
  std::uint64_t copied = history.operate({{Op::copy, "d", "e", false, true}});
  wait_a_tick();
  SUBCASE("added") { write_file(history.scene.dir / "e/user", "USER\n"); }
  SUBCASE("written to") {
    write_file(history.scene.dir / "e/sub/x", "USER\n");
    changed = "/e/sub/x";
  }
  SUBCASE("a file that is too large to be compared") {
    history.scene.dir.write("big", "");
    fs::resize_file(history.scene.dir / "big", most_kept_before + 1);
    copied = history.operate({{Op::copy, "big", "e2", false, false}});
    wait_a_tick();
    sys::write_all(sys::open_file(history.scene.dir / "e2", O_WRONLY).get(), "USER", "e2");
    changed = "since";
  }
  const std::string sentence = history.refusal(copied);
  CHECK(sentence.find("it has been changed since") != std::string::npos);
  CHECK(sentence.find(changed + "; nothing was changed") != std::string::npos);
  CHECK(fs::exists(history.scene.dir / "e/sub/x"));
}

TEST_CASE("a copy that nobody has changed is undone, also with what was done to it in the same call") {
  History history;
  history.scene.dir.make_directory("d");
  history.scene.dir.write("d/x", "1\n");
  history.scene.dir.write("d/y", "2\n");
  const std::uint64_t copied = history.operate({{Op::copy, "d", "e", false, true},
                                                {Op::change_mode, "e/x", "600", false, false},
                                                {Op::remove, "e/y", "", false, false},
                                                {Op::move, "e", "g", false, false}});
  wait_a_tick();
  history.undo(copied);
  CHECK(history.scene.names() == std::vector<std::string>{".gatehouse-trash", "d"});
}

TEST_CASE("who overwrites what is too large to be kept is told that it is lost") {
  tests::FileScene scene;
  const std::string large(most_kept_before + 1, 'x');
  scene.dir.write("large", large);
  const auto written = [&](const std::string& name, const std::string& content) {
    return files::write({scene.dir / name, content, ""}, tests::allow_all, scene.journal);
  };
  CHECK_FALSE(written("large", large).is_before_lost);  // as it was
  CHECK(edit({scene.dir / "large", {{large, "y", false}}, "", true}, tests::allow_all, scene.journal)
            .is_before_lost);
  CHECK(written("large", "small\n").is_before_lost);
  CHECK_FALSE(written("large", "smaller\n").is_before_lost);
}

TEST_CASE("a difference that is not all shown ends with a line, and says so before") {
  History history;
  std::string before, now;
  for (int i = 0; i < 1000; ++i) {
    before += fmt::format("ä{}\n", i);
    now += fmt::format("ö{}\n", i);
  }
  history.scene.dir.write("f", before);
  const std::uint64_t changed = history.write("f", now);
  PutBackRequest request = history.undo_of(changed);
  request.dry_run = true;
  request.room = 2001;
  const std::string diff = put_back(request, tests::allow_all, history.scene.journal).diff;
  CHECK(diff.starts_with("not all of the diff is shown:\n--- "));
  CHECK(diff.ends_with("\n"));
  CHECK(diff.size() < request.room);  // the steps stand before it
  history.scene.dir.write("f", before);
  const std::string refusal = history.refusal(changed);
  CHECK(refusal.find("nothing was changed. The beginning of what was changed since:\n") != std::string::npos);
  const std::string last = refusal.substr(refusal.rfind('\n') + 1);
  CHECK(now.find(last.substr(1) + "\n") != std::string::npos);
}

}  // namespace shelltool::files
