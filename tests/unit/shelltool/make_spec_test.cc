#include "shelltool/setup/make_spec.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "sandbox/sys/error.h"
#include "shelltool/setup/caches.h"
#include "shelltool/setup/hidden.h"
#include "tests/unit/temporary.h"

using namespace shelltool;
using tests::TemporaryDirectory;
using Strings = std::vector<std::string>;

namespace {

bool contains(const Strings& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

/// A user with a home and a project; nothing of it exists that a test does not make.
struct Fixture {
  TemporaryDirectory dir;
  config::Config config;
  Caller caller;
  Workspace workspace;
  std::string cwd;
  Strings env;

  Fixture() {
    dir.make_directory("home");
    cwd = dir.make_directory("project");
    caller = {1000, 1000, {{"HOME", dir / "home"}, {"PATH", "/bin"}, {"USER", "ada"}}};
    workspace.roots = workspace.spellings = {cwd};
  }
  [[nodiscard]] MadeSpec make() const {
    const Places places = find_places(caller);
    return make_spec({.config = config,
                      .places = places,
                      .workspace = workspace,
                      .caller = caller,
                      .argv = {"true"},
                      .cwd = cwd,
                      .env = env});
  }
};

std::string variable_of(const sandbox::Spec& spec, const std::string& name) {
  for (const std::string& variable : spec.env) {
    if (variable.starts_with(name + "=")) return variable.substr(name.size() + 1);
  }
  return "(unset)";
}

}  // namespace

TEST_CASE("without any file the workspace is writable, the network is none and secrets are hidden") {
  Fixture fixture;
  fixture.dir.write("home/.ssh/id_ed25519", "");
  fixture.dir.write("home/.npmrc", "");
  const MadeSpec made = fixture.make();
  CHECK(made.spec.mode == sandbox::Mode::workspace_write);
  CHECK(made.spec.network == sandbox::Network::none);
  CHECK(made.spec.writable == Strings{fixture.cwd});
  CHECK(made.spec.cwd == fixture.cwd);
  CHECK(made.spec.private_tmp);
  CHECK(made.spec.limits.processes == 4096);
  CHECK(contains(made.spec.hide, fixture.dir / "home/.ssh"));
  CHECK(contains(made.spec.hide, fixture.dir / "home/.npmrc"));
  CHECK(contains(made.spec.own, fixture.dir / "home/.config/gatehouse"));
  CHECK(contains(made.spec.own, "/etc/gatehouse"));
  CHECK(contains(made.spec.own_hidden, fixture.dir / "home/.local/state/gatehouse"));
  CHECK(contains(made.spec.own_hidden, fixture.dir / "home/.cache/gatehouse"));
  CHECK(made.notes.empty());
}

TEST_CASE("an ordinary user's command is that user") {
  Fixture fixture;
  fixture.config.sandbox.user = "root";
  const MadeSpec made = fixture.make();
  CHECK(made.spec.user.uid == 1000);
  CHECK(made.spec.user.inside_uid == 1000);
  CHECK_FALSE(made.spec.user.map_ids);
  CHECK(variable_of(made.spec, "HOME") == fixture.dir / "home");
}

TEST_CASE("root's command in root's workspace has a real uid that is nobody's, and sees itself as root") {
  if (::geteuid() != 0) {
    MESSAGE("SKIP: only root owns root's workspace");
    return;
  }
  Fixture fixture;
  fixture.caller.uid = fixture.caller.gid = 0;
  const MadeSpec made = fixture.make();
  if (made.spec.user.uid == 0) {
    MESSAGE("SKIP: this user namespace has no id ", root_stand_in);
    return;
  }
  CHECK(made.spec.user.uid == root_stand_in);
  CHECK(made.spec.user.inside_uid == 0);
  CHECK(made.spec.user.map_ids);
  CHECK(contains(made.spec.user.readable, fixture.dir / "home"));
  fixture.config.sandbox.user = "self";
  CHECK(fixture.make().spec.user.uid == 0);
  CHECK_FALSE(fixture.make().spec.user.map_ids);
  fixture.config.sandbox.user = "no such user";
  CHECK_THROWS_WITH_AS((void)fixture.make(), "sandbox.user: there is no user 'no such user' on this machine",
                       sys::Error);
}

TEST_CASE("root's command in a user's workspace is that user, with their home") {
  const auto account = find_account("nobody");
  if (::geteuid() != 0 || !account) {
    MESSAGE("SKIP: needs root, and a user nobody");
    return;
  }
  Fixture fixture;
  fixture.caller.uid = fixture.caller.gid = 0;
  REQUIRE(::chown(fixture.cwd.c_str(), account->uid, account->gid) == 0);
  fixture.dir.make_directory("home/.cache");
  const MadeSpec made = fixture.make();
  CHECK(made.spec.user.uid == account->uid);
  CHECK(made.spec.user.inside_uid == account->uid);
  CHECK_FALSE(made.spec.user.map_ids);
  CHECK(variable_of(made.spec, "USER") == "nobody");
  CHECK(variable_of(made.spec, "HOME") != fixture.dir / "home");
  CHECK(made.cache_base == "/var/cache/gatehouse");
  REQUIRE(::chown(fixture.cwd.c_str(), 54321, 54321) == 0);
  CHECK(fixture.make().spec.user.uid == 54321);
  CHECK(variable_of(fixture.make().spec, "HOME") == "/tmp");
}

TEST_CASE("a workspace that is not writable makes the mode read-only and says why") {
  Fixture fixture;
  fixture.workspace.is_writable = false;
  fixture.workspace.note = "read-only: because";
  CHECK(fixture.make().spec.mode == sandbox::Mode::read_only);
  CHECK(fixture.make().notes == Strings{"read-only: because"});
  fixture.config.mode = config::Mode::danger_full_access;
  CHECK(fixture.make().spec.mode == sandbox::Mode::danger_full_access);
}

TEST_CASE("a directory to start in must be there and be a directory") {
  Fixture fixture;
  fixture.dir.write("file", "");
  fixture.cwd = fixture.dir / "none";
  CHECK_THROWS_AS((void)fixture.make(), sys::SysError);
  fixture.cwd = fixture.dir / "file";
  CHECK_THROWS_WITH_AS((void)fixture.make(),
                       ("'" + (fixture.dir / "file") + "' is no directory to start in").c_str(), sys::Error);
}

TEST_CASE("PWD keeps the spelling of a directory that was reached through a link") {
  Fixture fixture;
  REQUIRE(::symlink(fixture.cwd.c_str(), (fixture.dir / "link").c_str()) == 0);
  fixture.cwd = fixture.dir / "link";
  CHECK(fixture.make().spec.cwd == fixture.dir / "project");
  CHECK(variable_of(fixture.make().spec, "PWD") == fixture.dir / "link");
}

TEST_CASE("unhide shows a default again, and hide beats it") {
  Fixture fixture;
  fixture.dir.write("home/.npmrc", "");
  fixture.dir.write("home/.aws/config", "");
  fixture.config.sandbox.unhide = {"~/.npmrc", "~/.aws"};
  fixture.config.sandbox.hide = {"~/.aws", "/srv/x", "secrets"};
  const Strings hide = fixture.make().spec.hide;
  CHECK_FALSE(contains(hide, fixture.dir / "home/.npmrc"));
  CHECK(contains(hide, fixture.dir / "home/.aws"));
  CHECK(contains(hide, "/srv/x"));
  CHECK(contains(hide, fixture.cwd + "/secrets"));
}

TEST_CASE("secrets are hidden where links and variables lead, and a root is not hidden by default") {
  Fixture fixture;
  fixture.dir.write("elsewhere/keys/id", "");
  fixture.dir.write("elsewhere/kube", "");
  REQUIRE(::symlink((fixture.dir / "elsewhere/keys").c_str(), (fixture.dir / "home/.ssh").c_str()) == 0);
  fixture.caller.variables["KUBECONFIG"] = fixture.dir / "elsewhere/kube:/none";
  CHECK(contains(fixture.make().spec.hide, fixture.dir / "elsewhere/keys"));
  CHECK(contains(fixture.make().spec.hide, fixture.dir / "elsewhere/kube"));
  fixture.workspace.roots = {fixture.dir / "elsewhere/keys"};
  CHECK_FALSE(contains(fixture.make().spec.hide, fixture.dir / "elsewhere/keys"));
}

TEST_CASE("caches that are there become private views of the workspace") {
  Fixture fixture;
  fixture.dir.make_directory("home/.cache/go-build");
  fixture.dir.make_directory("home/.cargo/registry");
  const MadeSpec made = fixture.make();
  REQUIRE(made.spec.caches.size() == 1);
  CHECK(made.spec.caches[0].base == fixture.dir / "home");
  CHECK(made.spec.caches[0].paths ==
        Strings{fixture.dir / "home/.cache", fixture.dir / "home/.cargo/registry"});
  CHECK(made.spec.caches[0].upper ==
        fixture.dir / "home/.cache/gatehouse/caches/" + workspace_id(fixture.cwd) + "/home/upper");
  CHECK(variable_of(made.spec, "npm_config_cache") == fixture.dir / "home/.cache/npm");
  CHECK(variable_of(made.spec, "XDG_CACHE_HOME") == "(unset)");
}

TEST_CASE("without a cache directory tools are sent to the private /tmp") {
  Fixture fixture;
  CHECK(variable_of(fixture.make().spec, "XDG_CACHE_HOME") == "/tmp/.cache");
  CHECK(variable_of(fixture.make().spec, "npm_config_cache") == "/tmp/.cache/npm");
  fixture.env = {"npm_config_cache=/x"};
  CHECK(variable_of(fixture.make().spec, "npm_config_cache") == "/x");
}

TEST_CASE("shared caches are writable, no caches are neither, and full access needs none") {
  Fixture fixture;
  fixture.dir.make_directory("home/.cache");
  fixture.config.sandbox.caches = config::Caches::shared;
  CHECK(contains(fixture.make().spec.writable, fixture.dir / "home/.cache"));
  CHECK(fixture.make().spec.writable.front() == fixture.cwd);
  CHECK(fixture.make().spec.caches.empty());
  fixture.config.sandbox.caches = config::Caches::none;
  CHECK(fixture.make().spec.writable == Strings{fixture.cwd});
  CHECK(fixture.make().spec.caches.empty());
  fixture.config.sandbox.caches = config::Caches::private_;
  fixture.config.mode = config::Mode::danger_full_access;
  CHECK(fixture.make().spec.caches.empty());
}

TEST_CASE(
    "preparing makes private halves with the mode of what they stand for, and says what it could not make") {
  Fixture fixture;
  fixture.dir.make_directory("home/.cache");
  REQUIRE(::chmod((fixture.dir / "home").c_str(), 0750) == 0);
  fixture.caller.uid = ::geteuid();
  fixture.caller.gid = ::getegid();
  fixture.config.sandbox.user = "self";
  MadeSpec made = fixture.make();
  Places places = find_places(fixture.caller);
  places.system = fixture.dir / "etc";
  prepare_host(made, places);
  REQUIRE(made.spec.caches.size() == 1);
  struct stat status {};
  REQUIRE(::stat(made.spec.caches[0].upper.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0750);
  REQUIRE(::stat((made.spec.caches[0].upper + "/.cache").c_str(), &status) == 0);
  CHECK(status.st_uid == ::geteuid());
  CHECK_NOTHROW(prepare_host(made, places));

  REQUIRE(::chmod(places.cache.c_str(), 0777) == 0);
  prepare_host(made, places);
  CHECK(made.spec.caches.empty());
  CHECK(made.notes.size() == 1);
}

TEST_CASE("a link to own files that the command could replace is refused") {
  Fixture fixture;
  fixture.dir.make_directory("home/.config");
  fixture.dir.make_directory("dotfiles");
  REQUIRE(::symlink((fixture.dir / "dotfiles").c_str(), (fixture.dir / "home/.config/gatehouse").c_str()) ==
          0);
  fixture.caller.uid = ::geteuid();
  fixture.config.sandbox.user = "self";
  CHECK_NOTHROW((void)fixture.make());
  fixture.workspace.roots = {fixture.dir / "home"};
  CHECK_THROWS_AS((void)fixture.make(), sys::Error);
  fixture.workspace.roots = {fixture.cwd};
  fixture.config.mode = config::Mode::danger_full_access;
  CHECK_THROWS_AS((void)fixture.make(), sys::Error);
}

TEST_CASE("ports are published where the network is the sandbox's own, and else it is said") {
  Fixture fixture;
  fixture.config.network.publish = {{80, 8080}};
  REQUIRE(fixture.make().spec.publish.size() == 1);
  CHECK(fixture.make().spec.publish.front().host_port == 8080);
  CHECK(fixture.make().notes.empty());
  fixture.config.network.mode = config::NetworkMode::full;
  CHECK(fixture.make().spec.publish.empty());
  CHECK(fixture.make().notes.size() == 1);
}

TEST_CASE("paths to protect are below each root") {
  Fixture fixture;
  fixture.config.sandbox.protect = {"deploy/keys", "~/x"};
  const MadeSpec made = fixture.make();
  CHECK(contains(made.spec.protect, fixture.cwd + "/deploy/keys"));
  CHECK(contains(made.spec.protect, fixture.dir / "home/x"));
}

TEST_CASE("a workspace's id is readable, and no other workspace has it") {
  CHECK(workspace_id("/home/ada/src/my-app") == "home=ada=src=my-app");
  CHECK(workspace_id("/a/b") != workspace_id("/a=b"));
  CHECK(workspace_id("/a b") == "a%20b");
  CHECK(workspace_id("/a%20b") != workspace_id("/a b"));
  CHECK(workspace_id("/") == "=");
  CHECK(workspace_id("/..") == "=..");
  const std::string deep(400, 'x');
  CHECK(workspace_id("/" + deep).size() < 255);
  CHECK(workspace_id("/a" + deep) != workspace_id("/b" + deep));
}

TEST_CASE("a cache that is home, holds home or holds a root is no cache") {
  const TemporaryDirectory dir;
  dir.make_directory("home/.cache/project");
  CHECK(known_caches(dir / "home", {{"XDG_CACHE_HOME", dir / "home"}}, {}).empty());
  CHECK(known_caches(dir / "home", {{"CCACHE_DIR", dir.path()}, {"XDG_CACHE_HOME", "/none"}}, {}).empty());
  CHECK(known_caches(dir / "home", {}, {dir / "home/.cache/project"}).empty());
  CHECK(known_caches(dir / "home", {}, {dir / "home"}).size() == 1);
}

TEST_CASE("a session of turns has no program of its own to look for") {
  Fixture fixture;
  fixture.caller.uid = fixture.caller.gid = 0;
  const Places places = find_places(fixture.caller);
  const MadeSpec made = make_spec({.config = fixture.config,
                                   .places = places,
                                   .workspace = fixture.workspace,
                                   .caller = fixture.caller,
                                   .argv = {},
                                   .cwd = fixture.cwd,
                                   .env = {}});
  CHECK(made.spec.argv.empty());
}
