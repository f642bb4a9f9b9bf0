#pragma once
/// Why a decision is as it is: what each rule makes of an event. The rules are held against it by the very
/// code that decides.

#include <string>
#include <vector>

#include "policy/compiled_rules.h"

namespace policy {

struct ExplainedRule {
  enum class Outcome {
    matches,
    fails,          ///< a key of `when` does not hold
    excepted,       ///< `when` holds, and so does `unless`
    other_program,  ///< it names other programs
    not_counted,    ///< an allow that chooses a profile, which nobody has delegated to its layer
  };
  std::string rule;
  Verdict verdict = Verdict::allow;
  config::Place place;
  Outcome outcome = Outcome::matches;
  /// One line for each way in which it could have matched, for the `unless` that held, or for what was
  /// delegated to a rule that matches and the grants that name it.
  std::vector<std::string> why;
};
const char* name_of(ExplainedRule::Outcome outcome);

/// Every rule on such events, by layer and then as written.
std::vector<ExplainedRule> explain(const CompiledRules& compiled, const sandbox::ExecEvent& event,
                                   const State& state);
std::vector<ExplainedRule> explain(const CompiledRules& compiled, const FileEvent& event, const State& state);
std::vector<ExplainedRule> explain(const CompiledRules& compiled, const NetEvent& event, const State& state);

}  // namespace policy
