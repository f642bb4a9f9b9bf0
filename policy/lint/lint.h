#pragma once
/// What is wrong with a rules or grants file though it can be read: rules that never decide, that allow more
/// than they say, or that nothing holds.

#include <string>
#include <vector>

#include "policy/decision.h"
#include "policy/rule_set.h"

namespace policy {

struct Finding {
  config::Place place;
  /// One word: allow-covered broad conflict dead duplicate idle-delegate idle-except idle-grant idle-unless
  /// interpreter loosens missing no-identity not-enforced option-in-args shadowed swallowed unknown-command
  /// unknown-option untested unused.
  std::string kind;
  std::string sentence;
  std::string mend;  ///< what to do about it
};

/// What is found in the file, by place. `others` are those that it is read with: rules of higher layers, for
/// grants all rules. `here` is the sandbox that the rules are for, and the time: what it does not hold is
/// told. Throws as RuleSet::compile does.
std::vector<Finding> lint(const Source& file, const std::vector<Source>& others,
                          const Surroundings& surroundings, const State& here);

}  // namespace policy
