#include "policy/file_pattern.h"

#include <doctest/doctest.h>

#include "sandbox/sys/error.h"
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

TEST_CASE("patterns that name nothing are refused") {
  for (const char* pattern : {"", "${nowhere}/x", "${workspace", "${workspace}x", "[", "~/["})
    CHECK_THROWS_AS(FilePattern(pattern, where), sys::Error);
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
