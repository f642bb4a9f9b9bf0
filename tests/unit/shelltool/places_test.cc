#include "shelltool/setup/places.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "sandbox/sys/error.h"
#include "tests/unit/temporary.h"

using namespace shelltool;
using tests::TemporaryDirectory;

namespace {

Caller caller_with(Variables variables) { return {::geteuid(), ::getegid(), std::move(variables)}; }

bool contains(const std::vector<std::string>& paths, const std::string& path) {
  return std::find(paths.begin(), paths.end(), path) != paths.end();
}

mode_t mode_of_file(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

}  // namespace

TEST_CASE("without XDG variables everything lies below HOME") {
  const Places places = find_places(caller_with({{"HOME", "/home/ada"}}));
  CHECK(places.user_config() == "/home/ada/.config/gatehouse/config.yaml");
  CHECK(places.user_rules() == "/home/ada/.config/gatehouse/rules.yaml");
  CHECK(places.audit() == "/home/ada/.local/state/gatehouse/audit");
  CHECK(places.cache == "/home/ada/.cache/gatehouse");
  CHECK(places.runtime == "/home/ada/.local/state/gatehouse/run");
  CHECK(places.system_rules() == "/etc/gatehouse/rules.yaml");
}

TEST_CASE("XDG variables count only when they are absolute") {
  const Places places = find_places(
      caller_with({{"HOME", "/home/ada"}, {"XDG_CONFIG_HOME", "/cfg//x/"}, {"XDG_STATE_HOME", "state"}}));
  CHECK(places.config == "/cfg/x/gatehouse");
  CHECK(places.state == "/home/ada/.local/state/gatehouse");
}

TEST_CASE("a HOME that is no absolute path is not used") {
  for (const char* home : {"", "relative", "~"}) {
    const Places places = find_places(caller_with({{"HOME", home}}));
    CHECK(places.config.starts_with("/"));
    CHECK(places.config != "/.config/gatehouse");
  }
}

TEST_CASE("a runtime directory counts only when it is there and the caller's own") {
  const TemporaryDirectory dir;
  const Variables variables = {{"HOME", "/home/ada"}, {"XDG_RUNTIME_DIR", dir.path()}};
  CHECK(find_places(caller_with(variables)).runtime == dir / "gatehouse");
  Caller other = caller_with(variables);
  other.uid += 1;
  CHECK(find_places(other).runtime == "/home/ada/.local/state/gatehouse/run");
  CHECK(find_places(caller_with({{"HOME", "/h"}, {"XDG_RUNTIME_DIR", dir / "none"}})).runtime ==
        "/h/.local/state/gatehouse/run");
}

TEST_CASE("private directories are made 0700, and one that others may write is refused") {
  const TemporaryDirectory dir;
  make_private_directory(dir / "a/b");
  CHECK(mode_of_file(dir / "a/b") == 0700);
  CHECK_NOTHROW(make_private_directory(dir / "a/b"));
  REQUIRE(::chmod((dir / "a/b").c_str(), 0777) == 0);
  CHECK_THROWS_AS(make_private_directory(dir / "a/b"), sys::Error);
  dir.write("file", "");
  CHECK_THROWS_AS(make_private_directory(dir / "file"), sys::Error);
  if (::geteuid() != 0) {
    MESSAGE("SKIP: only root can give a directory away");
    return;
  }
  dir.make_directory("theirs");
  REQUIRE(::chown((dir / "theirs").c_str(), 1000, 1000) == 0);
  CHECK_THROWS_AS(make_private_directory(dir / "theirs"), sys::Error);
}

TEST_CASE("own directories are made before a command can make them, and it is no error where nobody can") {
  const TemporaryDirectory dir;
  const Places places = find_places(caller_with({{"HOME", dir.path()}}));
  claim_own_directories(places, false);
  CHECK(mode_of_file(places.config) == 0700);
  CHECK(mode_of_file(places.state) == 0700);
  CHECK_NOTHROW(claim_own_directories(find_places(caller_with({{"HOME", "/proc/self/none"}})), false));
}

TEST_CASE("of gatehouse's own files config is readable, and nothing of the rest is there") {
  const TemporaryDirectory dir;
  const Places places = find_places(caller_with({{"HOME", dir.path()}}));
  const auto own = own_paths(places), hidden = own_hidden_paths(places);
  CHECK(contains(own, "/etc/gatehouse"));
  CHECK(contains(own, dir / ".config/gatehouse"));
  CHECK(contains(hidden, dir / ".local/state/gatehouse"));
  CHECK(contains(hidden, dir / ".cache/gatehouse"));
  CHECK(contains(hidden, dir / ".local/state/gatehouse/run"));
}

TEST_CASE("own files that lie elsewhere behind links are protected where they lie") {
  const TemporaryDirectory dir;
  dir.write("dotfiles/gatehouse/config.yaml", "");
  dir.write("other/rules.yaml", "");
  dir.make_directory(".config");
  REQUIRE(::symlink((dir / "dotfiles/gatehouse").c_str(), (dir / ".config/gatehouse").c_str()) == 0);
  REQUIRE(::symlink("../../other/rules.yaml", (dir / "dotfiles/gatehouse/rules.yaml").c_str()) == 0);
  const Places places = find_places(caller_with({{"HOME", dir.path()}}));
  const auto own = own_paths(places);
  CHECK(contains(own, dir / "dotfiles/gatehouse"));
  CHECK(contains(own, dir / "other/rules.yaml"));
  CHECK(links_to_own(places) == std::vector<std::string>{dir / ".config/gatehouse"});
}
