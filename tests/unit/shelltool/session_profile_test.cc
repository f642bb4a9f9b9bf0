#include "shelltool/setup/session_profile.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "sandbox/sys/fd.h"
#include "shelltool/setup/opened.h"
#include "tests/unit/temporary.h"

using namespace shelltool;
using tests::TemporaryDirectory;
using Strings = std::vector<std::string>;

namespace {

Caller caller_with(Variables variables) { return {::geteuid(), ::getegid(), std::move(variables)}; }

Identity identity_in(const std::string& home) {
  Identity identity;
  identity.account.home = home;
  return identity;
}

bool has(const Strings& list, const std::string& entry) {
  return std::find(list.begin(), list.end(), entry) != list.end();
}

std::string chosen(const Strings& argv) { return choose_profile("agent", argv).name; }

}  // namespace

TEST_CASE("the profile for an agent is found by the program that is started") {
  CHECK(chosen({"claude", "-p", "x"}) == "agent.claude");
  CHECK(chosen({"/opt/node/bin/codex"}) == "agent.codex");
  CHECK(chosen({"node", "--no-warnings", "/lib/node_modules/@openai/codex/bin/codex.js", "exec"}) ==
        "agent.codex");
  CHECK(chosen({"npx", "-y", "@google/gemini-cli@latest"}) == "agent.gemini");
  CHECK(chosen({"./opencode.exe"}) == "agent.opencode");
  CHECK_THROWS_WITH(
      chosen({"make"}),
      "profile agent: 'make' is no program that there is one for; name one of them: agent.claude, "
      "agent.codex, agent.gemini, agent.opencode");
  CHECK_THROWS_WITH(choose_profile("agnet", {"claude"}), "unknown profile 'agnet'; did you mean 'agent'?");
}

TEST_CASE("the profile for a package manager is found by its name, or by the module that python runs") {
  const auto family_of = [](const Strings& argv) { return choose_profile("registry", argv).name; };
  CHECK(family_of({"npm", "ci"}) == "registry.npm");
  CHECK(family_of({"/usr/bin/pip3.11", "install", "x"}) == "registry.python");
  CHECK(family_of({"python3", "-I", "-m", "pip", "install", "x"}) == "registry.python");
  CHECK(family_of({"python3", "-W", "ignore", "-X", "importtime", "-m", "pip", "install"}) ==
        "registry.python");
  CHECK(family_of({"node", "/usr/lib/node_modules/yarn.js"}) == "registry.npm");
  CHECK(family_of({"go", "mod", "download"}) == "registry.go");
  CHECK_THROWS_WITH(family_of({"claude"}),
                    "profile registry: 'claude' is no program that there is one for; name one of them: "
                    "registry.npm, registry.python, registry.cargo, registry.go, registry.maven");
  CHECK(runs_scripts("/usr/bin/python3.11"));
  CHECK_FALSE(runs_scripts("/usr/share/nodejs/npm/bin/npm-cli.js"));
  CHECK(choose_profile("docker", {"docker"}).sockets.front() == "/run/docker.sock");
}

TEST_CASE("the profile in which a hidden path shows is found among all, by its family's name") {
  const auto showing = [](const std::string& path) {
    return profile_showing(path, builtin_profiles(), identity_in("/home/ada"),
                           caller_with({{"HOME", "/home/ada"}, {"XDG_RUNTIME_DIR", "/nowhere/7"}}));
  };
  CHECK(showing("/home/ada/.ssh/id_rsa") == "git-remote");
  CHECK(showing("/home/ada/.npmrc") == "registry");
  CHECK(showing("/home/ada/.claude/.credentials.json") == "agent");
  CHECK(showing("/nowhere/7/docker.sock") == "docker");
  CHECK(showing("/home/ada/.gnupg").empty());
}

TEST_CASE("ports, sockets and limits of a profile stay within what the system's config has stated") {
  config::Config config;
  const auto lay = [&](const config::Profile& profile) {
    lay_over(config, profile, identity_in("/home/ada"), caller_with({{"HOME", "/home/ada"}}));
  };
  config::Profile profile;
  profile.sockets = {"/run/a.sock", "~/b.sock"};
  profile.publish = {{80, 8080}};
  lay(profile);
  CHECK(config.sandbox.sockets == Strings{"/run/a.sock", "/home/ada/b.sock"});
  CHECK(config.network.publish == std::vector<config::Publish>{{80, 8080}});
  config.held = {"sandbox.sockets", "network.publish"};
  profile.publish = {};
  profile.sockets = {"/run/a.sock", "/run/c.sock"};
  lay(profile);
  CHECK(config.sandbox.sockets == Strings{"/run/a.sock", "/home/ada/b.sock"});
  profile.sockets = {"/run/c.sock"};
  CHECK_THROWS_WITH(lay(profile),
                    "sandbox.sockets of the system's config has none of its sockets: /run/c.sock");
  profile.sockets = {};
  profile.publish = {{1, 1}};
  CHECK_THROWS_WITH(lay(profile), "network.publish of the system's config says which ports there are");
}

TEST_CASE("an agent may write its own state and sees its own credentials, in its own network") {
  const config::Profile profile = choose_profile("agent", {"claude"});
  config::Config config;
  const OpenedPaths opened =
      lay_over(config, profile, identity_in("/home/ada"), caller_with({{"HOME", "/home/ada"}}));
  CHECK(opened.write == Strings{"/home/ada/.claude/"});
  CHECK(opened.copy.at("/home/ada/.claude/.claude.json") == "/home/ada/.claude.json");
  CHECK(config.sandbox.unhide == Strings{"/home/ada/.claude/.credentials.json"});
  CHECK(has(config.sandbox.protect, "/home/ada/.claude/settings.json"));
  CHECK(has(config.env.pass, "ANTHROPIC_API_KEY"));
  CHECK_FALSE(has(config.env.pass, "OPENAI_API_KEY"));
  CHECK(config.env.set.at("CLAUDE_CONFIG_DIR") == "/home/ada/.claude");
  CHECK(with_profile({}, profile).network == config::NetworkMode::full);
  CommonOptions without;
  without.network = config::NetworkMode::none;
  CHECK(with_profile(without, profile).network == config::NetworkMode::none);
}

TEST_CASE("state that the caller has moved is opened where it is") {
  config::Config config;
  const auto opened = lay_over(config, choose_profile("agent.claude", {}), identity_in("/home/ada"),
                               caller_with({{"CLAUDE_CONFIG_DIR", "/srv/claude"}}));
  CHECK(has(opened.write, "/srv/claude/"));
  CHECK(has(config.sandbox.unhide, "/srv/claude/.credentials.json"));
  CHECK(config.env.set.count("CLAUDE_CONFIG_DIR") == 0);
}

TEST_CASE("what the system's config states about the environment, a profile leaves as it is") {
  config::Config config;
  config.held = {"env.pass", "env.set.CLAUDE_CONFIG_DIR"};
  lay_over(config, choose_profile("agent.claude", {}), identity_in("/home/ada"), caller_with({}));
  CHECK(config.env.pass.empty());
  CHECK(config.env.set.empty());
}

TEST_CASE("a note is given unless the command shows that it is known") {
  const config::Profile profile = choose_profile("agent.codex", {});
  CHECK(note_for(profile, {"codex"}).find("--sandbox danger-full-access") != std::string::npos);
  CHECK(note_for(profile, {"codex", "--sandbox=danger-full-access"}).empty());
  CHECK(note_for(choose_profile("agent.claude", {}), {"claude"}).empty());
}

TEST_CASE("what a profile opens is made: directories, and copies that are not older than their originals") {
  const TemporaryDirectory dir;
  dir.write("original", "first");
  const OpenedPaths opened{{dir / "state/"}, {{dir / "state/copy", dir / "original"}}};
  make_opened(opened);
  CHECK(sys::read_file(dir / "state/copy", 64) == "first");
  struct stat status {};
  REQUIRE(::stat((dir / "state/copy").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);
  dir.write("state/copy", "changed by the agent");
  make_opened(opened);
  CHECK(sys::read_file(dir / "state/copy", 64) == "changed by the agent");
  dir.write("original", "second");
  std::filesystem::last_write_time(dir / "original",
                                   std::filesystem::file_time_type::clock::now() + std::chrono::seconds(5));
  make_opened(opened);
  CHECK(sys::read_file(dir / "state/copy", 64) == "second");
}

TEST_CASE("a link that a command put in the place of a copy is replaced, not followed") {
  const TemporaryDirectory dir;
  dir.write("original", "text");
  dir.write("victim", "as it was");
  dir.make_directory("state");
  std::filesystem::create_symlink(dir / "victim", dir / "state/copy");
  make_opened({{dir / "state/"}, {{dir / "state/copy", dir / "original"}}});
  CHECK(sys::read_file(dir / "victim", 64) == "as it was");
  CHECK(std::filesystem::is_regular_file(std::filesystem::symlink_status(dir / "state/copy")));
}

TEST_CASE("an original that is not there makes no copy") {
  const TemporaryDirectory dir;
  make_opened({{dir / "state/"}, {{dir / "state/copy", dir / "original"}}});
  CHECK(std::filesystem::is_empty(dir / "state"));
}
