#include "policy/explain.h"

#include <algorithm>
#include <utility>

#include "policy/matcher_text.h"
#include "policy/rule_match.h"
#include "policy/seen.h"

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

ExplainedRule explain_rule(const Rule& rule, const std::vector<Face>& faces, const Scene& scene) {
  ExplainedRule explained{rule.id, rule.verdict, rule.place, Outcome::matches, {}};
  std::vector<Look> looks;
  if (!applies(rule, faces, scene, looks))
    explain_failure(looks, scene, explained);
  else if (!counts(rule))
    explained.outcome = Outcome::not_counted;
  return explained;
}

std::vector<ExplainedRule> explain_rules(const CompiledRules& compiled, EventKind kind, const Seen& event) {
  Scene scene = event.scene;
  std::vector<ExplainedRule> explained;
  for (const Rule& rule : compiled.rules) {
    if (!rule.is_for(kind)) continue;
    set_rule(compiled, rule, scene);
    explained.push_back(explain_rule(rule, event.faces, scene));
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
