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
    not_counted,    ///< a lower layer's allow that would widen
  };
  std::string rule;
  Verdict verdict = Verdict::allow;
  config::Place place;
  Outcome outcome = Outcome::matches;
  /// One line for each way in which it could have matched, or for the `unless` that held.
  std::vector<std::string> why;
};
const char* name_of(ExplainedRule::Outcome outcome);

/// Every rule on such events, by layer and then as written.
std::vector<ExplainedRule> explain(const CompiledRules& compiled, const sandbox::ExecEvent& event,
                                   const State& state);
std::vector<ExplainedRule> explain(const CompiledRules& compiled, const FileEvent& event, const State& state);
std::vector<ExplainedRule> explain(const CompiledRules& compiled, const NetEvent& event, const State& state);

}  // namespace policy
