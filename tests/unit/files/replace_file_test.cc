#include "shelltool/files/replace_file.h"
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "shelltool/files/settle.h"
#include "tests/unit/files/killed.h"
#include "tests/unit/files/scene.h"

namespace shelltool::files {
namespace {

using Names = std::vector<std::string>;

struct stat status_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status;
}

void write_all_at(const std::vector<std::pair<std::string, std::string>>& contents, Journal& journal) {
  std::vector<Spot> spots;
  for (const auto& [path, content] : contents) spots.push_back(spot_at(path));
  std::vector<Replacement> replacements;
  for (std::size_t i = 0; i < contents.size(); ++i)
    replacements.push_back({Replacement::Kind::write, &spots[i], contents[i].second, nullptr});
  replace_files(replacements, journal);
}

}  // namespace

TEST_CASE("a file is replaced with everything that it had") {
  tests::FileScene scene;
  const std::string path = scene.dir / "f";
  scene.dir.write("f", "old");
  REQUIRE(::chmod(path.c_str(), 04751) == 0);
  const bool has_attributes = ::setxattr(path.c_str(), "user.note", "kept", 4, 0) == 0;
  REQUIRE(::symlink("f", (scene.dir / "link").c_str()) == 0);
  write_all_at({{scene.dir / "link", "new content"}}, scene.journal);
  CHECK(scene.content("f") == "new content");
  CHECK((status_of(path).st_mode & 07777U) == 04751);
  CHECK(S_ISLNK(status_of(scene.dir / "link").st_mode));
  if (has_attributes) {
    std::string value(4, ' ');
    CHECK(::getxattr(path.c_str(), "user.note", value.data(), 4) == 4);
    CHECK(value == "kept");
  }
  CHECK(scene.names() == Names{"f", "link"});
  const std::vector<JournalStep> steps = scene.journal.steps();
  CHECK(steps.back().kind == JournalStep::Kind::done);
  CHECK(steps.at(steps.size() - 2).content == "old");
}

TEST_CASE("hard links stay one file") {
  tests::FileScene scene;
  scene.dir.write("f", "old");
  REQUIRE(::link((scene.dir / "f").c_str(), (scene.dir / "g").c_str()) == 0);
  const ino_t inode = status_of(scene.dir / "f").st_ino;
  write_all_at({{scene.dir / "g", "new"}}, scene.journal);
  CHECK(scene.content("f") == "new");
  CHECK(status_of(scene.dir / "f").st_ino == inode);
  CHECK(status_of(scene.dir / "f").st_nlink == 2);
}

TEST_CASE("a new file gets its directories, and what a new file gets") {
  tests::FileScene scene;
  const mode_t before = ::umask(027);
  write_all_at({{scene.dir / "a/b/f", "x"}}, scene.journal);
  ::umask(before);
  CHECK(scene.content("a/b/f") == "x");
  CHECK((status_of(scene.dir / "a/b/f").st_mode & 07777U) == 0640);
}

TEST_CASE("of several files all are changed, or none") {
  tests::FileScene scene;
  scene.dir.write("a", "1");
  scene.dir.write("b", "2");
  REQUIRE(::link((scene.dir / "b").c_str(), (scene.dir / "c").c_str()) == 0);
  std::vector<Spot> spots;
  for (const char* name : {"a", "b", "new/n", "gone"}) {
    if (name == std::string("gone")) scene.dir.write(name, "4");
    spots.push_back(spot_at(scene.dir / name));
  }
  scene.dir.write("gone", "somebody else's");
  const std::vector<Replacement> replacements = {{Replacement::Kind::write, &spots[0], "one", nullptr},
                                                 {Replacement::Kind::write, &spots[1], "two", nullptr},
                                                 {Replacement::Kind::write, &spots[2], "three", nullptr},
                                                 {Replacement::Kind::remove, &spots[3], "", nullptr}};
  CHECK(tests::code_of([&] { replace_files(replacements, scene.journal); }) == "stale");
  CHECK(scene.names() == Names{"a", "b", "c", "gone"});
  CHECK(scene.content("a") == "1");
  CHECK(scene.content("c") == "2");
  CHECK(scene.content("gone") == "somebody else's");
}

TEST_CASE("what is no file to be written is refused, and nothing is left") {
  tests::FileScene scene;
  scene.dir.make_directory("d");
  REQUIRE(::mkfifo((scene.dir / "p").c_str(), 0600) == 0);
  REQUIRE(::symlink("nowhere", (scene.dir / "l").c_str()) == 0);
  const auto code = [&](const std::string& name) {
    return tests::code_of([&] { write_all_at({{scene.dir / name, "x"}}, scene.journal); });
  };
  CHECK(code("d") == "is_a_directory");
  CHECK(code("d/") == "is_a_directory");
  CHECK(code("p") == "special_file");
  CHECK(code("l") == "dangling_link");
  CHECK(code("p/x") == "not_a_directory");
  CHECK(scene.names() == Names{"d", "l", "p"});
  if (::geteuid() == 0) return;
  scene.dir.write("r", "x");
  REQUIRE(::chmod((scene.dir / "r").c_str(), 0444) == 0);
  CHECK(code("r") == "refused");
}

TEST_CASE("killed at any system call, the next start finds the old or the new, and no litter") {
  for (const bool in_place : {false, true}) {
    bool has_ended = false;
    int olds = 0, news = 0;
    for (int call = 1; !has_ended; ++call) {
      tests::FileScene scene;
      scene.dir.write("a", "old a");
      scene.dir.write("b", "old b");
      if (in_place) REQUIRE(::link((scene.dir / "a").c_str(), (scene.beside / "link").c_str()) == 0);
      has_ended = tests::killed_at(call, [&] {
        write_all_at({{scene.dir / "a", "the new a"}, {scene.dir / "b", "b"}, {scene.dir / "d/n", "n"}},
                     scene.journal);
      });
      settle(scene.journal);
      const bool is_new = scene.content("a") == "the new a";
      ++(is_new ? news : olds);
      CAPTURE(call);
      CHECK(scene.content("a") == (is_new ? "the new a" : "old a"));
      CHECK(scene.content("b") == (is_new ? "b" : "old b"));
      CHECK(scene.names() == (is_new ? Names{"a", "b", "d"} : Names{"a", "b"}));
      REQUIRE(call < 2000);
    }
    CHECK(olds > 20);
    CHECK(news > 1);
  }
}

TEST_CASE("what somebody has written since is not taken back") {
  int edited = 0;
  for (int call = 1; edited == 0 && call < 2000; ++call) {
    tests::FileScene scene;
    scene.dir.write("a", "old");
    const bool has_ended = tests::killed_at(call, [&] {
      write_all_at({{scene.dir / "a", "new"}}, scene.journal);
    });
    REQUIRE_FALSE(has_ended);
    if (scene.content("a") != "new") continue;
    ++edited;
    scene.dir.write("a", "new, and mine");
    settle(scene.journal);
    CHECK(scene.content("a") == "new, and mine");
    CHECK(scene.names() == Names{"a"});
  }
  CHECK(edited == 1);
}

}  // namespace shelltool::files
