#pragma once

#include "policy/rule_set.h"

namespace policy {

/// Whom `ask` reaches.
enum class Approval {
  on_request,  ///< a person, when a rule says ask
  untrusted,   ///< and for every command of the agent that no rule has decided
  never,       ///< nobody: ask is deny
};

/// What the rules say, and what the defaults and the approval policy make of what they leave open: a question
/// about the agent's own command covers what that command starts.
Decision decide(const RuleSet& rules, const sandbox::ExecEvent& event, const State& state, Approval approval);

}  // namespace policy
