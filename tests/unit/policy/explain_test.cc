#include "policy/explain.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "config/file.h"
#include "policy/explanation.h"
#include "tests/unit/data.h"
#include "tests/unit/policy/events.h"

namespace policy {
namespace {

using Outcome = ExplainedRule::Outcome;

/// What the only rule makes of a command.
ExplainedRule explained(const std::string& when, const sandbox::ExecEvent& event,
                        const std::string& verdict = "deny, reason: r") {
  const RuleSet rules = tests::rules_of("  - {id: r, event: exec, verdict: " + verdict + ", " + when + "}\n");
  return rules.explain(event, State()).at(0);
}

std::string why(const std::string& when, const std::string& line) {
  const ExplainedRule rule = explained(when, tests::event_of(line));
  REQUIRE(rule.outcome == Outcome::fails);
  return rule.why.at(0);
}

TEST_CASE("an explanation names the key that failed, what it wants and what it met") {
  const struct {
    const char *when, *line, *why;
  } cases[] = {
      {"when: {program: git, options: {any: [-f, --force]}}", "git push -u --tags",
       "when: options: none of -f, --force among -u, --tags"},
      {"when: {program: git, options: {all: [[-d, --delete], [-f]]}}", "git branch -d",
       "when: options: none of -f among -d"},
      {"when: {program: git, options: {none: [-n]}}", "git push -n",
       "when: options: one of -n, or what may be one, among -n"},
      {"when: {program: git, options: {only: [-n]}}", "git push -n -u",
       "when: options: others than -n among -n, -u"},
      {"when: {program: kubectl, options: {values: {--context: [dev, \"d-*\"]}}}",
       "kubectl --context prod get x",
       "when: options: no --context with dev, d-*, or another value, among --context prod"},
      {"when: {program: git, args: [push, [a, \"b*\"]]}", "git push origin main",
       "when: args: not push [a, b*], but push origin main"},
      {"when: {program: git, argc: 2-3}", "git push", "when: argc: not 2-3 words, but push"},
      {"when: {program: git, env: {any: [GIT_DIR, \"X*\"]}}", "git push",
       "when: env: none of GIT_DIR, X* is set"},
      {"when: {program: git, env: {equals: {A: \"1\"}}}", "A=secret git push", "when: env: A is not 1"},
      {"when: {program: git, cwd: [\"/home/**\"]}", "git push", "when: cwd: /ws is not /home/**"},
      {"when: {program: git, top: false}", "git push", "when: top: it is started directly"},
      {"when: {program: git, parent: {program: make, args: [all]}}", "git push",
       "when: parent: nobody here, not program make, args all"},
      {"when: {program: git, mode: read-only}", "git push", "when: mode: workspace-write is not read-only"},
      {"when: {program: rm, paths: {any: [\"/etc/**\"]}}", "rm a ../b",
       "when: paths: none of /etc/** among /ws/a, /b"},
      {"when: {program: rm, paths: {all: [\"/ws/build/**\"]}}", "rm build/a b",
       "when: paths: not all of /ws/build/a, /ws/b are /ws/build/**"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.when);
    CHECK(why(each.when, each.line) == each.why);
  }
}

TEST_CASE("an explanation shows the exception that took a rule back") {
  const ExplainedRule rule = explained(
      "when: {program: git, args: [push]}, unless: [{argc: 9}, {args: [push, \"*-fork\"], options: {none: "
      "[-f]}}]",
      tests::event_of("git push my-fork"));
  CHECK(rule.outcome == Outcome::excepted);
  CHECK(rule.why == std::vector<std::string>{"unless: args push *-fork; options none -f"});
}

TEST_CASE("an explanation tells each way in which a rule could have matched") {
  const ExplainedRule rule =
      explained("when: [{program: git, args: [a]}, {program: hg}, {program: git, args: [b]}]",
                tests::event_of("git push"));
  CHECK(rule.outcome == Outcome::fails);
  CHECK(rule.why == std::vector<std::string>{"when: args: not a, but push", "when: args: not b, but push"});
}

TEST_CASE("a rule that names other programs is told apart from one that fails") {
  CHECK(explained("when: {program: hg, top: false}", tests::event_of("git push")).outcome ==
        Outcome::other_program);
  CHECK(explained("when: {program: git}", tests::event_of("git push")).outcome == Outcome::matches);
}

TEST_CASE("an allow that a namesake does not get says that the name is not enough") {
  sandbox::File file;
  file.path = "/ws/git";
  file.writable = true;
  const ExplainedRule rule =
      explained("when: {program: git}", tests::event_of({"./git", "push"}, file), "allow");
  CHECK(rule.outcome == Outcome::fails);
  CHECK(rule.why == std::vector<std::string>{"when: program: /ws/git is git by name, and not a file that is "
                                             "certainly the one that is meant"});
}

TEST_CASE("files and connections are explained like commands") {
  const RuleSet rules = tests::rules_of(
      "  - {id: keys, event: [read, write], when: {path: ~/.ssh}, verdict: deny, reason: r}\n"
      "  - {id: far, event: net, when: {host: \"*.a.example\", port: 1-9}, verdict: deny, reason: r}\n"
      "  - {id: who, event: net, when: {program: git}, verdict: allow}\n");
  const auto read =
      rules.explain(file_event(EventKind::read, "x", "/ws", "/home/u", Resolve::by_name), State());
  REQUIRE(read.size() == 1);
  CHECK(read[0].why == std::vector<std::string>{"when: path: /ws/x is not ~/.ssh"});
  const auto host = rules.explain(net_event("b.example:5"), State());
  REQUIRE(host.size() == 2);
  CHECK(host[0].why == std::vector<std::string>{"when: host: b.example:5 is not *.a.example"});
  CHECK(host[1].why == std::vector<std::string>{"when: process: which process it is, is not known"});
  CHECK(rules.explain(net_event("b.a.example:10"), State())[0].why ==
        std::vector<std::string>{"when: port: 10 is not 1-9"});
}

TEST_CASE("what an explanation says matches is what the decision says matched") {
  const Surroundings here = tests::here();
  const RuleSet rules =
      RuleSet::compile({tests::source("version: 1\nextends: [builtin:base]\n"),
                        {Layer::project, config::read_yaml_file(tests::data_file("rules/design.yaml"))}},
                       here);
  std::size_t matches = 0;
  for (const char* line :
       {"git push -f", "git -c alias.x=!y push", "rm -rf build/x", "sudo rm x", "cat ~/.ssh/id",
        "npm install x", "kubectl get secret", "busybox rm -r x", "make", "docker run x"}) {
    CAPTURE(line);
    const sandbox::ExecEvent event = tests::event_of(line);
    std::vector<std::string> told, matched;
    for (const ExplainedRule& rule : rules.explain(event, State()))
      if (rule.outcome == Outcome::matches) told.push_back(rule.rule);
    for (const Matched& match : rules.decide(event, State()).matched) matched.push_back(match.rule);
    CHECK(told == matched);
    matches += matched.size();
  }
  CHECK(matches >= 8);
}

TEST_CASE("an explanation ends with the decision, and counts the rules about other programs") {
  const RuleSet rules = tests::rules_of(
      "  - {id: a, event: exec, when: {program: git, args: [push]}, verdict: ask, reason: Pushes.}\n"
      "  - {id: b, event: exec, when: {program: hg}, verdict: deny, reason: r}\n");
  const sandbox::ExecEvent event = tests::event_of("git push");
  Explanation explanation{{"git", "push"}, {}, rules.decide(event, State()), rules.explain(event, State())};
  CHECK(explanation_text(explanation, "", false) ==
        "git push\n"
        "  a (ask, rules.yaml:3:5) matches\n"
        "  1 more is about other programs\n"
        "asks: git push   (rule a, rules.yaml:3:5)\n"
        "  by: git\n"
        "  Pushes.\n"
        "  matched: a (ask), rules.yaml:3:5\n");
  CHECK(explanation_text(explanation, "", true).find("b (deny, rules.yaml:4:5) is about other programs") !=
        std::string::npos);
  CHECK(explanation_json(explanation, State(), false)["other_programs"] == 1);
}

}  // namespace
}  // namespace policy
