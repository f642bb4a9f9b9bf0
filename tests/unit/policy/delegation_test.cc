#include <doctest/doctest.h>

#include "config/yaml_text.h"
#include "policy/explain.h"
#include "policy/lint/lint.h"
#include "policy/overview.h"
#include "policy/resolved.h"
#include "tests/unit/policy/events.h"

namespace policy {
namespace {

Source file(const std::string& text, Layer layer = Layer::user) {
  return {layer, config::read_yaml("version: 1\n" + text, std::string(name_of(layer)) + ".yaml")};
}

/// "allow p (PROFILE)" for a system, a user and a project file.
std::string said(const std::string& system, const std::string& user, const std::string& project,
                 const std::string& line) {
  const RuleSet rules = RuleSet::compile(
      {file(system, Layer::system), file(user), file(project, Layer::project)}, tests::here());
  const Decision decision = rules.decide(tests::event_of(line), State());
  return std::string(name_of(decision.verdict)) + " " + decision.rule +
         (decision.profile.empty() ? "" : " (" + decision.profile + ")");
}

constexpr const char* allows = "rules:\n  - {id: p, event: exec, when: {program: git}, verdict: allow}\n";
constexpr const char* chooses =
    "rules:\n  - {id: p, event: exec, when: {program: git}, verdict: allow, profile: agent}\n";
constexpr const char* asks =
    "rules:\n  - {id: p, event: exec, when: {program: git}, verdict: ask, reason: r}\n";

TEST_CASE("a lower layer's allow answers the defaults of a layer above that has delegated it, and no other") {
  struct Row {
    const char *what, *system, *user, *project, *line, *said;
  };
  constexpr Row rows[] = {
      {"nothing delegated", "", "defaults: {exec: ask}\n", allows, "git log", "ask defaults.exec"},
      {"delegated", "", "defaults: {exec: ask}\ndelegate: {project: [{event: exec}]}\n", allows, "git log",
       "allow p"},
      {"a denying default", "", "defaults: {exec: deny}\ndelegate: {project: [{event: exec}]}\n", allows,
       "git log", "allow p"},
      {"what no rule of it allows", "", "defaults: {exec: ask}\ndelegate: {project: [{event: exec}]}\n",
       allows, "id", "ask defaults.exec"},
      {"its own default", "", "delegate: {project: [{event: exec}]}\n", "defaults: {exec: allow}\n", "id",
       "allow defaults.exec"},
      {"a default is no rule", "", "defaults: {exec: ask}\ndelegate: {project: [{event: exec}]}\n",
       "defaults: {exec: allow}\n", "id", "ask defaults.exec"},
      {"when it holds", "",
       "defaults: {exec: ask}\ndelegate: {project: [{event: exec, when: {args: [log]}}]}\n", allows,
       "git log", "allow p"},
      {"when it does not", "",
       "defaults: {exec: ask}\ndelegate: {project: [{event: exec, when: {args: [log]}}]}\n", allows,
       "git push", "ask defaults.exec"},
      {"another event", "", "defaults: {exec: ask}\ndelegate: {project: [{event: [read, net]}]}\n", allows,
       "git log", "ask defaults.exec"},
      {"to another layer", "", "defaults: {exec: ask}\ndelegate: {session: [{event: exec}]}\n", allows,
       "git log", "ask defaults.exec"},
      {"the user cannot delegate the system's", "defaults: {exec: ask}\n",
       "delegate: {project: [{event: exec}]}\n", allows, "git log", "ask defaults.exec"},
      {"the system can", "defaults: {exec: ask}\ndelegate: {project: [{event: exec}]}\n", "", allows,
       "git log", "allow p"},
      {"and leaves the user's", "defaults: {exec: ask}\ndelegate: {project: [{event: exec}]}\n",
       "defaults: {exec: ask}\n", allows, "git log", "ask defaults.exec"},
      {"through the user", "defaults: {exec: ask}\ndelegate: {user: [{event: exec}]}\n",
       "delegate: {project: [{event: exec}]}\n", allows, "git log", "allow p"},
      {"a user's allow", "defaults: {exec: ask}\ndelegate: {user: [{event: exec, when: {program: git}}]}\n",
       allows, "", "git log", "allow p"},
      {"a user's allow that is not delegated", "defaults: {exec: ask}\n", allows, "", "git log",
       "ask defaults.exec"},
      {"a rule above that asks", "",
       "delegate: {project: [{event: exec}]}\nrules:\n  - {id: u, event: exec, verdict: ask, reason: r}\n",
       allows, "git log", "ask u"},
      {"a rule above that denies", "",
       "delegate: {project: [{event: exec}]}\nrules:\n  - {id: u, event: exec, verdict: deny, reason: r}\n",
       allows, "git log", "deny u"},
      {"a rule above that allows otherwise is no hindrance", "",
       "defaults: {exec: ask}\ndelegate: {project: [{event: exec}]}\nrules:\n  - {id: u, event: exec, "
       "verdict: "
       "allow}\n",
       allows, "git log", "allow u"},
      {"an ask answers no denying default", "", "defaults: {exec: deny}\n", asks, "git log",
       "deny defaults.exec"},
      {"but one that is delegated", "", "defaults: {exec: deny}\ndelegate: {project: [{event: exec}]}\n",
       asks, "git log", "ask p"},
      {"and tightens as ever", "", "", asks, "git log", "ask p"},
      {"a file cannot delegate to itself", "", "",
       "defaults: {exec: ask}\ndelegate: {project: [{event: exec}]}\n", "git log", "ask defaults.exec"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(said(row.system, row.user, row.project, row.line) == row.said);
  }
}

TEST_CASE("a profile that is delegated is chosen, and no other") {
  const auto with = [](const char* profiles) {
    return said("", std::string("delegate: {project: [{event: exec") + profiles + "}]}\n", chooses,
                "git log");
  };
  CHECK(with("") == "allow defaults.exec");
  CHECK(with(", profiles: [read-only]") == "allow defaults.exec");
  CHECK(with(", profiles: [read-only, agent]") == "allow p (agent)");
  CHECK(with(", when: {program: hg}, profiles: [agent]") == "allow defaults.exec");
  CHECK(said("delegate: {project: [{event: exec, profiles: agent}]}\n", "", chooses, "git log") ==
        "allow p (agent)");
}

TEST_CASE("a delegated profile is one of the layer that delegates, or of one above") {
  const std::string delegates = "delegate: {project: [{event: exec, profiles: [wide]}]}\n";
  const std::string wide = "profiles: {wide: {extends: workspace-write}}\n";
  CHECK_NOTHROW(said("", delegates + wide, "", "id"));
  CHECK_NOTHROW(said(wide, delegates, "", "id"));
  CHECK_THROWS_AS(said("", delegates, wide, "id"), config::BadInput);
}

TEST_CASE("a delegation's `when` is matched narrowly") {
  const RuleSet rules = RuleSet::compile(
      {file("defaults: {exec: ask}\ndelegate: {project: [{event: exec, when: {program: git}}]}\n"),
       file("rules:\n  - {id: p, event: exec, verdict: allow}\n", Layer::project)},
      tests::here());
  sandbox::ExecEvent event = tests::event_of("git log");
  CHECK(tests::verdict(rules, event) == Verdict::allow);
  event.images.front().file = {};
  event.images.front().file.path = "/ws/git";
  event.images.front().file.writable = true;
  CHECK(tests::verdict(rules, event) == Verdict::ask);
}

TEST_CASE("connections are delegated, too") {
  const RuleSet rules = RuleSet::compile(
      {file("delegate: {project: [{event: net, when: {host: \"*.example\"}}]}\n"),
       file("rules:\n  - {id: p, event: net, when: {port: 443}, verdict: allow}\n", Layer::project)},
      tests::here());
  CHECK(rules.decide(net_event("a.example:443"), State()).verdict == Verdict::allow);
  CHECK(rules.decide(net_event("a.other:443"), State()).verdict == Verdict::deny);
}

TEST_CASE("an explanation says which default an allow leaves, and who delegated what it answers") {
  const auto why = [](const std::string& user, const char* project) {
    const RuleSet rules = RuleSet::compile({file(user), file(project, Layer::project)}, tests::here());
    const std::vector<ExplainedRule> explained = rules.explain(tests::event_of("git log"), State());
    std::string text = name_of(explained.at(0).outcome);
    for (const std::string& line : explained[0].why) text += "; " + line;
    return text;
  };
  CHECK(why("defaults: {exec: ask}\n", allows) ==
        "matches; it leaves the default ask of a layer above, which has not delegated this (user.yaml:2:18)");
  CHECK(why("defaults: {exec: ask}\ndelegate: {project: [{event: exec}]}\n", allows) ==
        "matches; the user layer has delegated this to it");
  CHECK(why("", chooses) == "not counted");
}

TEST_CASE("lint finds no loosening in what may be delegated, and delegations to no lower layer") {
  const auto kinds = [](const std::string& user, const char* project) {
    std::string text;
    for (const Finding& finding : lint(file(project, Layer::project), {file(user)}, tests::here(), {}))
      text += finding.kind;
    return text;
  };
  CHECK(kinds("", allows) == "loosens");
  CHECK(kinds("delegate: {project: [{event: exec, when: {args: [log]}}]}\n", allows).empty());
  CHECK(kinds("delegate: {project: [{event: exec, when: {program: hg}}]}\n", allows) == "loosens");
  CHECK(kinds("delegate: {project: [{event: net}]}\n", allows) == "loosens");
  CHECK(kinds("delegate: {project: [{event: exec}]}\n", chooses) == "loosens");
  CHECK(kinds("delegate: {project: [{event: exec, profiles: agent}]}\n", chooses).empty());
  const std::vector<Finding> findings =
      lint(file("delegate: {user: [{event: exec}]}\n"), {}, tests::here(), {});
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == "idle-delegate");
}

TEST_CASE("what is delegated is shown, and written out where one file can say it") {
  const std::string user = "defaults: {exec: ask}\ndelegate: {project: [{event: exec, profiles: agent}]}\n";
  CHECK(overview_text(look_over({file(user)}, tests::here(), {}))
            .find("delegate:\n  project exec user.yaml:3:22 agent\n") != std::string::npos);
  const auto written = [](const std::string& above, const char* project) {
    return resolve({file(above), file(project, Layer::project)}, tests::here());
  };
  CHECK(config::yaml_text(written(user, chooses).document).find("id: p") != std::string::npos);
  CHECK(written(user, chooses).notes.empty());
  const Resolved conditional =
      written("defaults: {exec: ask}\ndelegate: {project: [{event: exec, when: {top: true}}]}\n", allows);
  CHECK(config::yaml_text(conditional.document).find("id: p") == std::string::npos);
  REQUIRE(conditional.notes.size() == 1);
  CHECK(conditional.notes[0].find("where that is delegated is not in it") != std::string::npos);
  const Resolved asked = written("defaults: {exec: deny}\n", asks);
  REQUIRE(asked.notes.size() == 1);
  CHECK(asked.notes[0].find("its ask leaves the default deny on exec") != std::string::npos);
}

}  // namespace
}  // namespace policy
