#include "policy/file_pattern.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "tests/unit/data.h"
#include "tests/unit/temporary.h"

namespace policy {
namespace {

const Surroundings where{"/home/u", {"/ws", "/other"}, {}};

bool matches(const std::string& pattern, const std::string& path, Reach reach = Reach::narrow) {
  return FilePattern(pattern, where).matches(path, reach);
}

TEST_CASE("patterns for files stand for the places that they name") {
  CHECK(matches("~/.ssh/**", "/home/u/.ssh/id"));
  CHECK_FALSE(matches("~/.ssh/**", "/home/v/.ssh/id"));
  CHECK(matches("~", "/home/u"));
  CHECK(matches("${home}/x", "/home/u/x"));
  CHECK(matches("${workspace}/**", "/ws/a/b"));
  CHECK_FALSE(matches("${workspace}/**", "/other/a"));
  CHECK_FALSE(matches("${workspace}/**", "/ws"));
  CHECK(matches("${workspaces}/*", "/other/a"));
  CHECK(matches("*.env", "/deep/down/x.env"));
  CHECK(matches("**/.env", "/.env"));
  CHECK(matches("build/**", "/ws/build/x"));
  CHECK(matches("build/**", "/other/build/x"));
  CHECK_FALSE(matches("build/**", "/x/build/x"));
  CHECK(matches("/etc/*", "/etc/passwd"));
  CHECK_FALSE(matches("/etc/*", "/etc/a/b"));
}

TEST_CASE("a workspace's own name is no glob") {
  const FilePattern pattern("${workspace}/*", {"/", {"/w[s]*"}, {}});
  CHECK(pattern.matches("/w[s]*/x", Reach::wide));
  CHECK_FALSE(pattern.matches("/ws1/x", Reach::wide));
}

TEST_CASE("a pattern that is written out names its directories, also where a link leads") {
  using Patterns = std::vector<std::string>;
  const tests::TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "real");
  std::filesystem::create_symlink("real", directory / "link");
  const Surroundings linked{"/home/u", {directory / "link", "/w*"}, {}};
  CHECK(written_out("${workspace}/x/", linked) ==
        Patterns{directory / "link/x/", sys::real_path(directory / "real").value() + "/x/"});
  CHECK(written_out("~", where) == Patterns{"/home/u"});
  CHECK(written_out("${workspaces}", {"/", {"/"}, {}}) == Patterns{"/"});
  CHECK(written_out("${workspaces}/*.c", {"/", {"/w*"}, {}}) == Patterns{"/w\\*/*.c"});
  CHECK(written_out("gen/*", where) == Patterns{"/ws/gen/*", "/other/gen/*"});
  for (const std::string as_it_is : {"*.env", "**/x/y", "gen/", "/etc/*", "/"})
    CHECK(written_out(as_it_is, where) == Patterns{as_it_is});
  CHECK(written_out("${workspace}/x", {"/", {}, {}}) == Patterns{"${workspace}/x"});
}

TEST_CASE("patterns that name nothing are refused") {
  for (const char* pattern : {"", "${nowhere}/x", "${workspace", "${workspace}x", "[", "~/[", "!x", "!/etc/*",
                              "//", "a//b", "a//", "./a", "a/../b", "~/..", "/etc/./x", "."}) {
    CAPTURE(pattern);
    CHECK_THROWS_AS(FilePattern(pattern, where), sys::Error);
  }
}

bool covers(const std::string& pattern, const std::string& path, Reach reach) {
  return FilePattern(pattern, where).covers(path, reach);
}

TEST_CASE("patterns cover what git would ignore for them") {
  const std::vector<std::vector<std::string>> rows = tests::table_of("gitignore.tsv");
  CHECK(rows.size() == 750);
  const Surroundings workspace{"/home/u", {"/ws"}, {}};
  for (const std::vector<std::string>& row : rows) {
    REQUIRE(row.size() == 3);
    CAPTURE(row[1]);
    CAPTURE(row[2]);
    const FilePattern pattern(row[2], workspace);
    const std::string path = "/ws/" + row[1];
    // Git knows that the path is a file; "foo/" is none.
    const Reach reach = row[2].ends_with('/') ? Reach::narrow : Reach::wide;
    CHECK(pattern.covers(path, reach) == (row[0] == "1"));
    if (pattern.covers(path, Reach::narrow)) CHECK(pattern.covers(path, Reach::wide));
  }
}

TEST_CASE("a pattern for a directory covers what lies below it") {
  for (const Reach reach : {Reach::wide, Reach::narrow}) {
    CHECK(covers("~/.ssh", "/home/u/.ssh", reach));
    CHECK(covers("~/.ssh", "/home/u/.ssh/keys/id", reach));
    CHECK(covers("~/.ssh/", "/home/u/.ssh/id", reach));
    CHECK(covers("${workspace}/*/", "/ws/a/b/c", reach));
    CHECK(covers("~", "/home/u/x", reach));
    CHECK(covers("/", "/x/y", reach));
    CHECK(covers("build/", "/ws/a/build/x", reach));
    CHECK_FALSE(covers("~/.ssh", "/home/u/.sshx", reach));
    CHECK_FALSE(covers("~/.ssh/**", "/home/u/.ssh", reach));
    CHECK_FALSE(covers("a/b", "/ws/x/a/b", reach));
  }
}

TEST_CASE("a wildcard covers what lies below its matches for a deny, but not for an exception") {
  CHECK(covers("/etc/*", "/etc/a/b", Reach::wide));
  CHECK_FALSE(covers("/etc/*", "/etc/a/b", Reach::narrow));
  CHECK(covers("/etc/*", "/etc/a", Reach::narrow));
  CHECK(covers("build/", "/ws/build", Reach::wide));
  CHECK_FALSE(covers("build/", "/ws/build", Reach::narrow));  // it may be a file
}

TEST_CASE("the root is a directory like another") {
  const Surroundings root{"/", {"/"}, {}};
  CHECK(FilePattern("${workspace}/x", root).matches("/x", Reach::narrow));
  CHECK(FilePattern("a/x", root).matches("/a/x", Reach::narrow));
  CHECK(FilePattern("~", root).matches("/", Reach::narrow));
  CHECK(FilePattern("/", where).matches("/", Reach::narrow));
  CHECK_FALSE(FilePattern("/", where).matches("/x", Reach::wide));
}

TEST_CASE("a name that begins with '!' can be written") {
  CHECK(matches("\\!x", "/ws/!x"));
  CHECK_FALSE(matches("\\!x", "/ws/x"));
}

TEST_CASE("a directory is matched by what matches all in it") {
  CHECK(FilePattern("/ws/**", where).matches_directory("/ws", Reach::narrow));
  CHECK_FALSE(FilePattern("/ws/a/**", where).matches_directory("/ws", Reach::narrow));
}

TEST_CASE("links in a pattern are followed for a deny, but not for an exception") {
  const tests::TemporaryDirectory directory;
  directory.make_directory("real");
  std::filesystem::create_symlink("real", directory / "link");
  const FilePattern pattern(directory / "link/*", where);
  CHECK(pattern.matches(directory / "real/x", Reach::wide));
  CHECK_FALSE(pattern.matches(directory / "real/x", Reach::narrow));
  const FilePattern workspace("${workspace}/*", {"/", {directory / "link"}, {}});
  CHECK(workspace.matches(directory / "real/x", Reach::narrow));
  CHECK(workspace.matches(directory / "link/x", Reach::narrow));
}

TEST_CASE("words become files as the caller would open them") {
  CHECK(named_file("a/../b", "/ws", Resolve::by_name).plain == "/ws/b");
  CHECK(named_file("/x//y/", "/ws", Resolve::by_name).plain == "/x/y");
  CHECK(named_file("/proc/self/root/x", "/ws", Resolve::by_name).plain == "/x");
  CHECK_FALSE(named_file("/proc/self/fd/0", "/", Resolve::on_disk).real);
  CHECK_FALSE(named_file(std::string("a\0b", 3), "/", Resolve::on_disk).real);
  const std::string missing = named_file("missing/../x", "/usr", Resolve::on_disk).real.value_or("");
  CHECK(missing == "/usr/x");
}

}  // namespace
}  // namespace policy
