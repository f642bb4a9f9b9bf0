#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>

#include "sandbox/doctor/attempt.h"
#include "sandbox/doctor/machine.h"
#include "tests/sandbox/launcher_harness.h"

namespace launcher_test {
namespace {

using sandbox::Attempt;
using sandbox::Feature;
using sandbox::Finding;
using sandbox::State;

Finding finding(const std::vector<Finding>& findings, Feature feature) {
  const auto found = std::find_if(findings.begin(), findings.end(),
                                  [feature](const Finding& one) { return one.feature == feature; });
  return found == findings.end() ? Finding{} : *found;
}

}  // namespace

TEST_SUITE("doctor") {
  TEST_CASE("an attempt says what its step said, or what failed, and leaves nothing in this process") {
    int touched = 0;
    const Attempt done = sandbox::attempt([&] {
      touched = 1;
      return std::string("well");
    });
    CHECK(done.done);
    CHECK(done.text == "well");
    CHECK(touched == 0);
    const Attempt failed = sandbox::attempt([]() -> std::string { throw sys::SysError(EXDEV, "crossing"); });
    CHECK_FALSE(failed.done);
    CHECK(failed.error_number == EXDEV);
    CHECK(failed.text == "crossing: Invalid cross-device link");
    const Attempt died = sandbox::attempt([]() -> std::string { ::_exit(3); });
    CHECK_FALSE(died.done);
    CHECK(died.text == "the process that tried it ended without a word");
  }

  TEST_CASE("a bystander is there until its owner goes") {
    pid_t pid = 0;
    {
      const sandbox::Bystander bystander(0);
      pid = bystander.pid();
      CHECK(::kill(pid, 0) == 0);
    }
    CHECK(::kill(pid, 0) != 0);
  }

  TEST_CASE("a machine that gives namespaces has what is made of them, and the scratch stays empty") {
    if (!can_run()) return;
    const std::string scratch = fresh_directory("scratch");
    const auto findings = sandbox::examine_machine({sandbox::own_user(), scratch});
    for (const Feature feature : {Feature::openat2, Feature::proc, Feature::user_namespaces, Feature::mounts,
                                  Feature::processes, Feature::network, Feature::seccomp, Feature::ptrace}) {
      const Finding one = finding(findings, feature);
      INFO(name_of(feature), ": ", one.found);
      CHECK(one.state == State::ok);
      CHECK_FALSE(one.found.empty());
    }
    CHECK(std::filesystem::is_empty(scratch));
  }

  TEST_CASE("where namespaces are refused they are missing, with the reason, and so is what takes them") {
    sys::Child body = fork_without_namespaces([] {
      const auto findings = sandbox::examine_machine({sandbox::own_user(), fresh_directory("scratch")});
      const Finding users = finding(findings, Feature::user_namespaces);
      if (users.state != State::missing) return 1;
      if (users.found.find("Operation not permitted (") == std::string::npos) return 2;
      if (finding(findings, Feature::overlay).state != State::missing) return 3;
      if (finding(findings, Feature::ptrace).state != State::ok) return 4;
      return finding(findings, Feature::seccomp).state == State::ok ? 0 : 5;
    });
    CHECK(body.wait().as_shell() == 0);
  }
}

}  // namespace launcher_test
