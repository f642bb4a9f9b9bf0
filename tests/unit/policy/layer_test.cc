#include <doctest/doctest.h>

#include "tests/unit/policy/events.h"

namespace policy {
namespace {

using tests::source;
using tests::verdict;

std::string file(const std::string& text) { return "version: 1\n" + text; }

TEST_CASE("a project file cannot widen what the system file narrowed") {
  const std::string system = file(
      "defaults: {exec: ask}\nrules:\n  - {id: s, event: exec, when: {program: git}, verdict: deny, reason: "
      "r}\n");
  const std::string project = file(
      "defaults: {exec: allow}\nrules:\n  - {id: p, event: exec, verdict: allow}\n"
      "  - {id: d, event: exec, when: {program: id}, verdict: deny, reason: r}\n");
  for (const Layer layer : {Layer::user, Layer::project, Layer::session}) {
    const RuleSet rules =
        RuleSet::compile({source(project, layer), source(system, Layer::system)}, tests::here());
    CHECK(verdict(rules, "git") == Verdict::deny);
    CHECK(verdict(rules, "ls") == Verdict::ask);
    CHECK(verdict(rules, "id") == Verdict::deny);
    CHECK(rules.decide(tests::event_of("ls"), State()).rule == "defaults.exec");
  }
}

TEST_CASE("a lower layer tightens, and may allow against its own defaults") {
  const std::string user =
      file("rules:\n  - {id: u, event: exec, when: {program: id}, verdict: ask, reason: r}\n");
  const std::string project =
      file("defaults: {exec: deny}\nrules:\n  - {id: p, event: exec, when: {program: ls}, verdict: allow}\n");
  const RuleSet rules = RuleSet::compile({source(user), source(project, Layer::project)}, tests::here());
  CHECK(verdict(rules, "id") == Verdict::ask);
  CHECK(verdict(rules, "ls") == Verdict::allow);
  CHECK(verdict(rules, "cat") == Verdict::deny);
}

TEST_CASE("what a lower layer says about a program changes no rule above it") {
  const std::string system = file(
      "rules:\n  - {id: s, event: exec, when: {program: kubectl, args: [delete]}, verdict: deny, reason: r}\n"
      "  - {id: f, event: exec, when: {program: git, args: [push], options: {any: [--force]}}, unless: "
      "{program: other}, "
      "verdict: deny, reason: r}\n");
  const std::string project = file(
      "programs:\n  kubectl: {value_options: [--all], style: words}\n  git: {style: words}\n"
      "  other: {paths: [/usr/bin/git]}\n"
      "rules:\n  - {id: p, event: exec, when: {program: git, options: {any: [--for]}}, verdict: ask, reason: "
      "r}\n");
  const RuleSet rules =
      RuleSet::compile({source(system, Layer::system), source(project, Layer::project)}, tests::here());
  CHECK(verdict(rules, "kubectl --all delete x") == Verdict::deny);
  CHECK(verdict(rules, "git push --force") == Verdict::deny);
  CHECK(verdict(rules, "git push --for") == Verdict::deny);
}

TEST_CASE("a profile is chosen by system and user files only") {
  const std::string rule =
      "rules:\n  - {id: a, event: exec, when: {program: id}, verdict: allow, profile: unconfined}\n";
  const auto profile = [&](Layer layer) {
    return RuleSet::compile({source(file(rule), layer)}, tests::here())
        .decide(tests::event_of("id"), State())
        .profile;
  };
  CHECK(profile(Layer::system) == "unconfined");
  CHECK(profile(Layer::user) == "unconfined");
  CHECK(profile(Layer::project).empty());
  CHECK(profile(Layer::session).empty());
}

TEST_CASE("except relaxes a rule of its own layer or a lower one, and of builtin:base") {
  const std::string user =
      file("extends: [builtin:base]\nexcept: {base.privilege: {when: {program: sudo, args: [id]}}}\n");
  const RuleSet rules = RuleSet::compile({source(user)}, tests::here());
  CHECK(verdict(rules, "sudo id") == Verdict::allow);
  CHECK(verdict(rules, "sudo ls") == Verdict::deny);
  CHECK_THROWS_AS(RuleSet::compile({source(file("extends: [builtin:base]\n"), Layer::system), source(user)},
                                   tests::here()),
                  config::BadInput);
}

TEST_CASE("builtin:base is there once, however many files extend it, and not without") {
  const std::string extends = file("extends: [builtin:base]\n");
  const RuleSet rules = RuleSet::compile({source(extends, Layer::system), source(extends)}, tests::here());
  CHECK(rules.decide(tests::event_of("sudo id"), State()).matched.size() == 1);
  CHECK(verdict(RuleSet::compile({source(file(""))}, tests::here()), "sudo id") == Verdict::allow);
}

TEST_CASE("the environment is read only where a rule looks at it") {
  CHECK_FALSE(tests::rules(file("extends: [builtin:base]\n")).reads_environment());
  CHECK(tests::rules_of("  - {id: a, event: exec, when: {program: id}, unless: {env: {any: [A]}}, verdict: "
                        "deny, reason: r}\n")
            .reads_environment());
}

}  // namespace
}  // namespace policy
