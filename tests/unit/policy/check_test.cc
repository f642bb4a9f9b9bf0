#include "policy/check.h"

#include <doctest/doctest.h>

#include "tests/unit/policy/events.h"

namespace policy {
namespace {

/// A machine that has everything but `nosuch`.
sandbox::ExecEvent resolve(const std::vector<std::string>& argv, const std::string& cwd) {
  sandbox::ExecEvent event = tests::event_of(argv, tests::program_file(sys::base_name(argv.front())));
  event.cwd = cwd;
  if (argv.front() == "nosuch") event.images[0].file = {};
  return event;
}

Check check(const std::vector<std::string>& argv) {
  static const RuleSet rules = tests::rules_of(R"(
  - {id: push, event: exec, when: {program: git, args: [push]}, verdict: deny, reason: r}
  - {id: rm, event: exec, when: {program: rm}, unless: {paths: {all: ["${workspace}/build/**"]}}, verdict: ask, reason: r}
  - {id: nosuch, event: exec, when: {program: nosuch}, verdict: ask, reason: r}
)");
  return check_command({rules, State()}, argv, "/ws", "/home/u", resolve);
}

Verdict decided(const std::vector<std::string>& argv) {
  const Check found = check(argv);
  return found.commands.at(found.decider).decision.verdict;
}

TEST_CASE("a dry run judges the command and what stands in plain view in it") {
  CHECK(decided({"git", "push"}) == Verdict::deny);
  CHECK(decided({"timeout", "9", "git", "push"}) == Verdict::deny);
  CHECK(decided({"sh", "-c", "make && nice git push; id"}) == Verdict::deny);
  CHECK(decided({"sh", "-c", "cd build && rm x"}) == Verdict::allow);
  CHECK(decided({"sh", "-c", "cd src && rm x"}) == Verdict::ask);
  CHECK(decided({"sh", "-c", "rm x; git push"}) == Verdict::deny);
  CHECK(decided({"echo", "git", "push"}) == Verdict::allow);
  CHECK(decided({"nosuch"}) == Verdict::ask);
}

TEST_CASE("a dry run says who starts what") {
  const Check found = check({"timeout", "9", "sh", "-c", "git push"});
  REQUIRE(found.commands.size() == 3);
  CHECK(found.commands[2].decision.chain == std::vector<std::string>{"timeout", "sh", "git"});
  CHECK(found.commands[0].event.top);
  CHECK_FALSE(found.commands[2].event.top);
}

TEST_CASE("a dry run says what it cannot tell, and judges the rest") {
  const Check found = check({"sh", "-c", "$x; git push \"$y\""});
  CHECK(found.unclear.size() == 2);
  CHECK(found.commands.size() == 2);
  CHECK(found.commands.at(found.decider).decision.verdict == Verdict::deny);
  CHECK(check({"nosuch"}).unclear.size() == 1);
  CHECK(check({"id"}).unclear.empty());
}

TEST_CASE("nothing to judge is an error") {
  const RuleSet rules = RuleSet::compile({}, tests::here());
  CHECK_THROWS_AS(check_script({rules, State()}, "", "/", "/", resolve), sys::Error);
  CHECK_THROWS_AS(check_command({rules, State()}, {}, "/", "/", resolve), sys::Error);
  CHECK(check_script({rules, State()}, "id; ls", "/", "/", resolve).commands.size() == 2);
}

}  // namespace
}  // namespace policy
