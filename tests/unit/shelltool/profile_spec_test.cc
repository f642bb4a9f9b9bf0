#include "shelltool/setup/profile_spec.h"

#include <doctest/doctest.h>

#include "shelltool/session/profile_judge.h"
#include "tests/unit/policy/events.h"

namespace {

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("of a caller's environment only what says how to talk comes into a profile") {
  sandbox::Spec profile;
  profile.env = {"PATH=/usr/bin", "HOME=/home/u", "LANG=C"};
  const Strings callers = {"PATH=/ws/bin",   "HOME=/ws",      "LD_PRELOAD=/ws/x.so", "GIT_SSH_COMMAND=x",
                           "LANG=de_DE",     "LC_TIME=C",     "TERM=xterm",          "PYTHONPATH=/ws",
                           "NODE_OPTIONS=x", "BASH_ENV=/ws/x"};
  CHECK(shelltool::environment_into(profile, callers) ==
        Strings{"PATH=/usr/bin", "HOME=/home/u", "LANG=de_DE", "LC_TIME=C", "TERM=xterm"});
}

TEST_CASE("what says how to talk leads to no file of the caller's") {
  const Strings callers = {"LANGUAGE=../../ws/loc", "LC_ALL=/ws/loc", "TZ=/ws/tz", "TZ=:/ws/tz",
                           "TZ=../ws/tz"};
  CHECK(shelltool::environment_into({}, callers).empty());
  CHECK(shelltool::environment_into({}, {"LANGUAGE=de:fr", "TZ=Europe/Berlin"}) ==
        Strings{"LANGUAGE=de:fr", "TZ=Europe/Berlin"});
}

TEST_CASE("what a profile has added to the environment does not leave it") {
  config::Profile profile;
  profile.pass = {"GH_*"};
  profile.set = {{"NETRC", "x"}};
  sandbox::Spec session;
  session.env = {"GH_HOST=a"};
  CHECK(shelltool::environment_out_of(profile, session,
                                      {"GH_TOKEN=t", "GH_HOST=a", "NETRC=x", "GIT_DIR=.git"}) ==
        Strings{"GH_HOST=a", "GIT_DIR=.git"});
}

TEST_CASE("a rule names the owner's profile, a mode's, or a built-in one") {
  const policy::RuleSet rules =
      tests::rules("version: 1\nprofiles: {p: {network: full}, read-only: {network: full}}\n");
  CHECK(shelltool::profile_named("p", rules, {}).network == config::NetworkMode::full);
  CHECK(shelltool::profile_named("read-only", rules, {}).network == config::NetworkMode::full);
  CHECK(shelltool::profile_named("unconfined", rules, {}).mode == config::Mode::danger_full_access);
  CHECK(shelltool::profile_named("agent", rules, {"/usr/bin/claude"}).name == "agent.claude");
  CHECK_THROWS_WITH(shelltool::profile_named("agnet", rules, {}),
                    "unknown profile 'agnet'; did you mean 'agent'?");
}

TEST_CASE("the same program is the same files by the same words") {
  const sandbox::ExecEvent git = tests::event_of("git push");
  CHECK(shelltool::is_same_program(git, git));
  CHECK_FALSE(shelltool::is_same_program(git, tests::event_of("git pull")));
  sandbox::ExecEvent other = git;
  ++other.images.front().file.inode;
  CHECK_FALSE(shelltool::is_same_program(git, other));
  other = git;
  other.images.push_back(git.images.front());
  CHECK_FALSE(shelltool::is_same_program(git, other));
}
