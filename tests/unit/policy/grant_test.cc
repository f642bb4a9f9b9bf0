#include "policy/grant.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "policy/approval.h"
#include "policy/audit_record.h"
#include "policy/decision_json.h"
#include "policy/denial.h"
#include "policy/explain.h"
#include "policy/lint/lint.h"
#include "policy/overview.h"
#include "policy/resolved.h"
#include "tests/unit/policy/events.h"

namespace policy {
namespace {

using Holds = Source::Holds;

constexpr const char* asks_about_git =
    "rules:\n"
    "  - {id: push, event: exec, when: {program: git, args: [push]}, verdict: ask, reason: Pushes.}\n"
    "  - {id: git, event: exec, when: {program: git}, verdict: ask, reason: Is git.}\n"
    "  - {id: hard, event: exec, when: {program: git, args: [reset]}, verdict: ask, grant: system, reason: "
    "r}\n"
    "  - {id: never, event: exec, when: {program: git, args: [gc]}, verdict: ask, grant: nobody, reason: r}\n"
    "  - {id: no, event: exec, when: {program: git, options: {any: [--force]}}, verdict: deny, reason: "
    "No.}\n";

Source rules_file(const std::string& text, Layer layer = Layer::user) {
  return tests::source("version: 1\n" + text, layer);
}

Source grants_file(const std::string& list, Layer layer = Layer::user) {
  return {layer, config::read_yaml("version: 1\ngrants: [" + list + "]\n", "grants.yaml"), Holds::grants};
}

State at(int year, unsigned month, unsigned day) {
  State state;
  state.now =
      std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day));
  return state;
}

/// "allow push" where the rules ask about git, and these are granted: "ID" or "ID by REASON".
std::string said(const std::string& users, const std::string& systems, const std::string& line,
                 const State& state = at(2026, 1, 1)) {
  const RuleSet rules = RuleSet::compile(
      {rules_file(asks_about_git), grants_file(users), grants_file(systems, Layer::system)}, tests::here());
  const Decision decision = rules.decide(tests::event_of(line), state);
  std::string text = std::string(name_of(decision.verdict)) + " " + decision.rule;
  for (const Granted& granted : decision.granted) text += ", " + granted.rule + " by " + granted.reason;
  return text;
}

TEST_CASE("a grant answers the asks that it names, and nothing else") {
  struct Row {
    const char *what, *users, *systems, *line, *said;
  };
  constexpr Row rows[] = {
      {"none", "", "", "git push", "ask push"},
      {"one of two asks", "{answers: push, reason: a}", "", "git push", "ask git, push by a"},
      {"both asks", "{answers: [push, git], reason: a}", "", "git push", "allow push, push by a, git by a"},
      {"both asks, by two", "{answers: git, reason: a}", "{answers: push, reason: s}", "git push",
       "allow push, push by s, git by a"},
      {"another rule", "{answers: push, reason: a}", "", "git log", "ask git"},
      {"a deny", "{answers: [push, git, no], reason: a}", "", "git push --force", "deny no"},
      {"an unknown rule", "{answers: psuh, reason: a}", "", "git push", "ask push"},
      {"when it holds", "{answers: git, when: {args: [log]}, reason: a}", "", "git log",
       "allow git, git by a"},
      {"when it does not", "{answers: git, when: {args: [log]}, reason: a}", "", "git show", "ask git"},
      {"when a value's option is the grant's own",
       "{answers: git, when: {program: git, options: {values: {--odd: x}}, args: [log]}, reason: a}", "",
       "git --odd x log", "allow git, git by a"},
      {"the first that answers", "{answers: git, reason: a}, {answers: git, reason: b}", "", "git log",
       "allow git, git by a"},
      {"a day is included", "{answers: git, until: 2026-01-01, reason: a}", "", "git log",
       "allow git, git by a"},
      {"expired", "{answers: git, until: 2025-12-31, reason: a}", "", "git log", "ask git"},
      {"expired to the second", "{answers: git, until: '2026-01-01T00:00Z', reason: a}", "", "git log",
       "ask git"},
      {"expired, and another", "{answers: git, until: 2025-12-31, reason: a}, {answers: git, reason: b}", "",
       "git log", "allow git, git by b"},
      {"grant: system, by the user", "{answers: [git, hard], reason: a}", "", "git reset",
       "ask hard, git by a"},
      {"grant: system, by the system", "{answers: git, reason: a}", "{answers: hard, reason: s}", "git reset",
       "allow git, git by a, hard by s"},
      {"grant: nobody", "{answers: [git, never], reason: a}", "{answers: never, reason: s}", "git gc",
       "ask never, git by a"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(said(row.users, row.systems, row.line) == row.said);
  }
}

TEST_CASE("a grant's `when` is matched narrowly, as an allow's") {
  const RuleSet rules = RuleSet::compile(
      {rules_file(asks_about_git), grants_file("{answers: git, when: {program: git}, reason: a}")},
      tests::here());
  sandbox::ExecEvent event = tests::event_of("git log");
  CHECK(tests::verdict(rules, event) == Verdict::allow);
  event.images.front().file.path = "/ws/git";
  event.images.front().file.inode = 0;
  event.images.front().file.writable = true;
  CHECK(tests::verdict(rules, event) == Verdict::ask);
}

TEST_CASE("what a grant says about options changes no rule") {
  const std::vector<Source> sources = {
      rules_file("rules:\n  - {id: d, event: exec, when: {program: odd, args: [delete]}, verdict: deny, "
                 "reason: r}\n"),
      grants_file("{answers: d, when: {program: odd, options: {values: {-x: y}}}, reason: a}")};
  CHECK(tests::verdict(RuleSet::compile(sources, tests::here()), "odd -x delete") == Verdict::deny);
}

TEST_CASE("a granted ask is an allow of its layer, and the default of a layer above stands") {
  const auto verdict = [](const std::string& system, const std::string& grants) {
    return tests::verdict(RuleSet::compile({rules_file("defaults: {exec: " + system + "}\n", Layer::system),
                                            rules_file(asks_about_git), grants_file(grants)},
                                           tests::here()),
                          "git log");
  };
  CHECK(verdict("allow", "{answers: git, reason: a}") == Verdict::allow);
  CHECK(verdict("ask", "{answers: git, reason: a}") == Verdict::ask);
  CHECK(verdict("ask", "{answers: [git, defaults.exec], reason: a}") == Verdict::allow);
  CHECK(verdict("deny", "{answers: [git, defaults.exec], reason: a}") == Verdict::deny);
}

TEST_CASE("defaults.exec is granted like a rule, and then --approval untrusted asks no more") {
  const RuleSet rules =
      RuleSet::compile({rules_file("defaults: {exec: ask}\n"),
                        grants_file("{answers: defaults.exec, when: {program: id}, reason: a}")},
                       tests::here());
  const auto verdict = [&](const char* line) {
    return decide(rules, tests::event_of(line), State(), Approval::untrusted).verdict;
  };
  CHECK(verdict("id") == Verdict::allow);
  CHECK(verdict("ls") == Verdict::ask);
  CHECK(rules.decide(tests::event_of("id"), State()).granted.at(0).rule == "defaults.exec");
}

TEST_CASE(
    "a decision names the rule that asked and the grant that answered: as text, JSON and in the record") {
  const RuleSet rules = RuleSet::compile(
      {rules_file(asks_about_git), grants_file("{answers: git, reason: Ours.}")}, tests::here());
  const sandbox::ExecEvent event = tests::event_of("git log");
  const Decision decision = rules.decide(event, State());
  CHECK(denial_text(decision, {"git", "log"}, "") ==
        "allowed: git log   (rule git, rules.yaml:4:5)\n  by: git\n  Is git.\n  Granted: Ours.   (git, "
        "grants.yaml:2:10)");
  CHECK(decision_json(decision, State())["granted"].dump() ==
        R"([{"rule":"git","source":"grants.yaml:2:10","reason":"Ours."}])");
  CHECK(audit_record(event, decision, State(), {})
            .text()
            .find(R"("verdict":"allow","rule":"git","source":"rules.yaml:4:5",)"
                  R"("granted":[{"rule":"git","source":"grants.yaml:2:10","reason":"Ours."}])") !=
        std::string::npos);
  std::string why;
  for (const ExplainedRule& rule : rules.explain(event, State()))
    if (rule.rule == "git") why = rule.why.at(0);
  CHECK(why == "granted by grants.yaml:2:10: Ours.");
}

TEST_CASE("a grants file is read as strictly as a rules file") {
  const auto complaint = [](const std::string& text) -> std::string {
    try {
      (void)read_grants(config::read_yaml(text, "g"), Layer::user, tests::here());
      return "";
    } catch (const config::BadInput& error) {
      return error.what();
    }
  };
  const auto of = [&](const std::string& grant) {
    return complaint("version: 1\ngrants: [{" + grant + "}]\n");
  };
  const auto has = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  CHECK(of("answers: a, until: 2026-12-31T23:59:59Z, when: [{program: x}, {top: true}], reason: r").empty());
  CHECK(has(complaint("grants: []\n"), "version"));
  CHECK(has(of("answers: a"), "'reason' is missing"));
  CHECK(has(of("reason: r"), "'answers' is missing"));
  CHECK(has(of("answers: [], reason: r"), "an empty list answers nothing"));
  CHECK(has(of("answer: a, reason: r"), "did you mean 'answers'?"));
  CHECK(has(of("answers: a, reason: r, until: tomorrow"), "g:2:41: expected a day such as 2026-12-31"));
  CHECK(has(of("answers: a, reason: r, until: 2026-02-30"), "there is no such time: '2026-02-30'"));
  CHECK(has(of("answers: a, reason: r, until: 2026-01-01T24:00Z"), "there is no such time"));
  CHECK(has(of("answers: a, reason: r, when: {path: x}"), "unknown key 'path': event exec has"));
  CHECK(has(of("answers: a, reason: r, when: {program: \"@s\"}"), "there is no set '@s'"));
}

TEST_CASE("grants that do nothing are told by `policy show` and by lint, and expired ones too") {
  const std::string list =
      "{answers: [git, psuh], reason: a}, {answers: no, reason: b}, {answers: hard, reason: c}, "
      "{answers: push, until: 2025-12-31, reason: d}, {answers: push, when: {program: hg}, reason: e}";
  const State here = at(2026, 1, 1);
  const Overview overview =
      look_over({rules_file(asks_about_git), grants_file(list)}, tests::here(), here.now);
  std::vector<std::string> idle;
  for (const auto& shown : overview.grants) idle.push_back(shown.idle.empty() ? "" : shown.idle.front());
  CHECK(idle == std::vector<std::string>{
                    "there is no rule 'psuh' here", "'no' does not ask: its verdict is deny",
                    "'hard' takes grants of the system only", "it counted until 2025-12-31", ""});
  CHECK(overview_text(overview).find(
            "grants:\n  git psuh                  grants.yaml:2:10  (does nothing: there is "
            "no rule 'psuh' here)\n") != std::string::npos);
  CHECK(overview_json(overview)["grants"].size() == 5);
  const std::vector<Finding> findings =
      lint(grants_file(list), {rules_file(asks_about_git)}, tests::here(), here);
  REQUIRE(findings.size() == 5);
  for (const Finding& finding : findings) CHECK(finding.kind == "idle-grant");
  CHECK(findings[0].mend == "did you mean 'push'?");
  CHECK(findings[4].sentence.find("program") != std::string::npos);
  CHECK(lint(grants_file("{answers: [git, defaults.exec], reason: a}"), {rules_file(asks_about_git)},
             tests::here(), here)
            .empty());
}

TEST_CASE("rules that are written out stay without grants, which is noted") {
  const Resolved resolved =
      resolve({rules_file(asks_about_git), grants_file("{answers: git, reason: a}")}, tests::here());
  REQUIRE(resolved.notes.size() == 1);
  CHECK(resolved.notes.front().find("grants.yaml: its grants are not in it") == 0);
}

}  // namespace
}  // namespace policy
