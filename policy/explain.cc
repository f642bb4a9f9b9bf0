#include "policy/explain.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "policy/grant_match.h"
#include "policy/matcher_text.h"
#include "policy/rule_match.h"
#include "policy/standing.h"
#include "sandbox/sys/text.h"

namespace policy {
namespace {

using Outcome = ExplainedRule::Outcome;

void add_once(std::vector<std::string>& lines, std::string line) {
  if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(std::move(line));
}

bool is_named(const Look& look) {
  return look.face == nullptr || is_named(look.matcher->program, *look.face);
}

/// The looks that speak of the event: those at matchers that name its program.
void explain_failure(const std::vector<Look>& looks, const Scene& scene, ExplainedRule& explained) {
  const auto excepted = std::find_if(looks.begin(), looks.end(), [](const Look& look) {
    return look.is_unless && look.mismatch == Mismatch::none;
  });
  if (excepted != looks.end()) {
    explained.outcome = Outcome::excepted;
    explained.why.push_back("unless: " + text_of(*excepted->matcher));
    return;
  }
  explained.outcome = Outcome::other_program;
  for (const Look& look : looks) {
    if (look.is_unless || look.mismatch == Mismatch::none || !is_named(look)) continue;
    explained.outcome = Outcome::fails;
    add_once(explained.why, "when: " + mismatch_text(look, scene));
  }
}

/// What layers the rule speaks for besides its own, and which default it leaves.
void explain_standing(const CompiledRules& compiled, EventKind kind, const Rule& rule, const Layers& standing,
                      ExplainedRule& explained) {
  for (std::size_t layer = 0; layer < static_cast<std::size_t>(rule.layer); ++layer)
    if (standing.test(layer))
      explained.why.push_back(
          fmt::format("the {} layer has delegated this to it", name_of(static_cast<Layer>(layer))));
  if (!counts(rule, standing)) explained.outcome = Outcome::not_counted;
  const Default left = default_of(compiled, kind, answered_by(rule, standing));
  if (left.verdict > rule.verdict)
    explained.why.push_back(
        fmt::format("it leaves the default {} of a layer above, which has not delegated this ({})",
                    name_of(left.verdict), sys::visible(config::text_of(left.place))));
}

void explain_grants(const CompiledRules& compiled, const Rule& rule, const Seen& event,
                    ExplainedRule& explained) {
  for (const Grant& grant : compiled.grants) {
    if (!grant.names(rule.id)) continue;
    const std::string place = sys::visible(config::text_of(grant.place));
    std::string why_not = idle_reason(grant, rule.id, &rule, event.scene.state->now);
    if (why_not.empty() && !holds(compiled, grant, event)) why_not = "its `when` does not hold";
    explained.why.push_back(why_not.empty()
                                ? fmt::format("granted by {}: {}", place, sys::visible(grant.reason))
                                : fmt::format("not granted by {}: {}", place, sys::visible(why_not)));
  }
}

ExplainedRule explain_rule(const CompiledRules& compiled, EventKind kind, const Rule& rule, const Seen& event,
                           const Scene& scene) {
  ExplainedRule explained{rule.id, rule.verdict, rule.place, Outcome::matches, {}};
  std::vector<Look> looks;
  if (!applies(rule, event.faces, scene, looks)) {
    explain_failure(looks, scene, explained);
    return explained;
  }
  explain_standing(compiled, kind, rule, standing_of(compiled, rule, kind, event), explained);
  explain_grants(compiled, rule, event, explained);
  return explained;
}

std::vector<ExplainedRule> explain_rules(const CompiledRules& compiled, EventKind kind, const Seen& event) {
  Scene scene = event.scene;
  std::vector<ExplainedRule> explained;
  for (const Rule& rule : compiled.rules) {
    if (!rule.is_for(kind)) continue;
    set_layer(compiled, rule.layer, scene);
    explained.push_back(explain_rule(compiled, kind, rule, event, scene));
  }
  return explained;
}

}  // namespace

const char* name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::matches:
      return "matches";
    case Outcome::fails:
      return "fails";
    case Outcome::excepted:
      return "excepted";
    case Outcome::other_program:
      return "other program";
    case Outcome::not_counted:
      return "not counted";
  }
  return "";
}

std::vector<ExplainedRule> explain(const CompiledRules& compiled, const sandbox::ExecEvent& event,
                                   const State& state) {
  return explain_rules(compiled, EventKind::exec, seen(compiled, event, state));
}

std::vector<ExplainedRule> explain(const CompiledRules& compiled, const FileEvent& event,
                                   const State& state) {
  return explain_rules(compiled, event.kind, seen(compiled, event, state));
}

std::vector<ExplainedRule> explain(const CompiledRules& compiled, const NetEvent& event, const State& state) {
  return explain_rules(compiled, EventKind::net, seen(compiled, event, state));
}

}  // namespace policy
