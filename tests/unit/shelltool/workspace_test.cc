#include "shelltool/setup/workspace.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/sys/error.h"
#include "tests/unit/temporary.h"

using namespace shelltool;
using tests::TemporaryDirectory;
using Strings = std::vector<std::string>;

namespace {

Caller caller_in(const std::string& home) { return {::geteuid(), ::getegid(), {{"HOME", home}}}; }

std::string complaint(const Strings& named, const std::string& cwd = "/") {
  try {
    choose_workspace(named, cwd, caller_in("/home/ada"));
  } catch (const sys::Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("the workspace is the git top of the directory, else the directory") {
  const TemporaryDirectory dir;
  const Caller caller = caller_in("/home/ada");
  dir.make_directory("plain/sub");
  CHECK(choose_workspace({}, dir / "plain/sub", caller).roots == Strings{dir / "plain/sub"});
  dir.make_directory("repo/.git");
  dir.make_directory("repo/src/deep");
  CHECK(choose_workspace({}, dir / "repo/src/deep", caller).roots == Strings{dir / "repo"});
  dir.write("worktree/.git", "gitdir: ../repo/.git/worktrees/x\n");
  dir.make_directory("worktree/a");
  CHECK(choose_workspace({}, dir / "worktree/a", caller).roots == Strings{dir / "worktree"});
}

TEST_CASE("a directory below /tmp is an ordinary workspace") {
  char pattern[] = "/tmp/gatehouse-test-XXXXXX";
  REQUIRE(::mkdtemp(pattern) != nullptr);
  const Workspace workspace = choose_workspace({}, pattern, caller_in("/home/ada"));
  CHECK(workspace.is_writable);
  CHECK(workspace.note.empty());
  ::rmdir(pattern);
}

TEST_CASE("what holds more than a project is not writable unless it is named, and the note says why") {
  const Caller caller = caller_in("/home/ada");
  for (const char* path : {"/", "/tmp", "/usr", "/usr/share", "/etc", "/var", "/dev", "/proc/self"}) {
    INFO(path);
    const Workspace workspace = choose_workspace({}, path, caller);
    CHECK_FALSE(workspace.is_writable);
    CHECK(workspace.note.starts_with("read-only: /"));
    CHECK(choose_workspace({path}, "/", caller).is_writable);
  }
}

TEST_CASE("homes, what is above them and system directories are known for what they are") {
  const Strings homes = {"/home/ada"};
  CHECK(why_not_writable("/home/ada", homes) == "is a home directory");
  CHECK(why_not_writable("/home", homes) == "contains a home directory");
  CHECK(why_not_writable("/", homes) == "is the whole file system");
  CHECK(why_not_writable("/usr/lib/x", homes) == "belongs to the system");
  CHECK(why_not_writable("/var/lib/dpkg", homes) == "belongs to the system");
  CHECK(why_not_writable("/var/tmp", homes) == "holds more than one project");
  CHECK(why_not_writable("/home", {}) == "holds more than one project");
  for (const char* path : {"/home/ada/src", "/usr/src/app", "/var/tmp/x", "/var/www/site", "/opt/app",
                           "/dev/shm/x", "/srv/git/app", "/work"}) {
    INFO(path);
    CHECK(why_not_writable(path, homes).empty());
  }
  CHECK(why_not_writable("/var/lib/ci/build", {"/var/lib/ci"}).empty());
  CHECK(why_not_writable("/usr/src", homes) == "belongs to the system");
  CHECK(why_not_writable("/usrlocal", homes).empty());
}

TEST_CASE("HOME is not writable, and a repository that is HOME does not make it so") {
  const TemporaryDirectory dir;
  dir.make_directory("home/.git");
  dir.make_directory("home/notes");
  const Caller caller = caller_in(dir / "home");
  CHECK_FALSE(choose_workspace({}, dir / "home", caller).is_writable);
  CHECK_FALSE(choose_workspace({}, dir.path(), caller).is_writable);
  const Workspace notes = choose_workspace({}, dir / "home/notes", caller);
  CHECK(notes.is_writable);
  CHECK(notes.roots == Strings{dir / "home/notes"});
}

TEST_CASE("another user's home is a home as well") {
  if (::geteuid() != 0) {
    MESSAGE("SKIP: only root stands in homes of others");
    return;
  }
  const auto account = find_account("nobody");
  const auto games = find_account("games");
  if (!account || !games || ::access(games->home.c_str(), F_OK) != 0) {
    MESSAGE("SKIP: this machine has no such account with a home");
    return;
  }
  CHECK_FALSE(choose_workspace({}, games->home, caller_in("/root")).is_writable);
}

TEST_CASE("a workspace that is missing, a file or empty is an error that names it") {
  const TemporaryDirectory dir;
  dir.write("file", "");
  CHECK(complaint({dir / "none"}) ==
        "opening the workspace '" + (dir / "none") + "': No such file or directory");
  CHECK(complaint({dir / "file"}) == "the workspace '" + (dir / "file") + "' is no directory");
  CHECK(complaint({dir / "file/x"}) == "opening the workspace '" + (dir / "file/x") + "': Not a directory");
  CHECK(complaint({""}) == "the workspace has an empty path");
  REQUIRE(::symlink("loop", (dir / "loop").c_str()) == 0);
  CHECK(complaint({dir / "loop"}).find("Too many levels of symbolic links") != std::string::npos);
  CHECK(complaint({}, dir / "gone").find("opening the directory") == 0);
}

TEST_CASE("a link is resolved once, and both spellings are kept") {
  const TemporaryDirectory dir;
  dir.make_directory("real/repo/.git");
  dir.make_directory("real/repo/src");
  REQUIRE(::symlink("real", (dir / "link").c_str()) == 0);
  const Workspace named = choose_workspace({dir / "link/repo"}, "/", caller_in("/home/ada"));
  CHECK(named.roots == Strings{dir / "real/repo"});
  CHECK(named.spellings == Strings{dir / "link/repo"});
  const Workspace found = choose_workspace({}, dir / "link/repo/src", caller_in("/home/ada"));
  CHECK(found.roots == Strings{dir / "real/repo"});
  CHECK(found.spellings == Strings{dir / "link/repo"});
}

TEST_CASE("relative workspaces start at the directory, and none counts twice") {
  const TemporaryDirectory dir;
  dir.make_directory("a");
  dir.make_directory("b");
  const Workspace workspace = choose_workspace({"a", "./b/", dir / "a"}, dir.path(), caller_in("/home/ada"));
  CHECK(workspace.roots == Strings{dir / "a", dir / "b"});
  CHECK(workspace.spellings == Strings{dir / "a", dir / "b"});
}

TEST_CASE("a workspace on another file system is like any other") {
  struct stat here {
  }, there{};
  if (::stat("/dev/shm", &there) != 0 || ::stat("/", &here) != 0 || here.st_dev == there.st_dev) {
    MESSAGE("SKIP: /dev/shm is no file system of its own");
    return;
  }
  char pattern[] = "/dev/shm/gatehouse-test-XXXXXX";
  REQUIRE(::mkdtemp(pattern) != nullptr);
  CHECK(choose_workspace({}, pattern, caller_in("/home/ada")).is_writable);
  CHECK(choose_workspace({pattern}, "/", caller_in("/home/ada")).roots == Strings{pattern});
  ::rmdir(pattern);
}
