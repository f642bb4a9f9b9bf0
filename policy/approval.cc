#include "policy/approval.h"

namespace policy {

Decision decide(const RuleSet& rules, const sandbox::ExecEvent& event, const State& state,
                Approval approval) {
  constexpr const char* default_rule = "defaults.exec";
  Decision decision = rules.decide(event, state);
  if (decision.rule != default_rule) return decision;
  if (decision.verdict == Verdict::ask && !event.top) decision.verdict = Verdict::allow;
  const bool is_granted = !decision.granted.empty();
  if (decision.verdict == Verdict::allow && event.top && !is_granted && approval == Approval::untrusted) {
    decision.verdict = Verdict::ask;
    decision.rule = "approval.untrusted";
    decision.reason = "No rule has decided this command.";
  }
  return decision;
}

}  // namespace policy
