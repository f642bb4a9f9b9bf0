#pragma once
/// A rules file tried out: `gatehouse policy test`.

#include <vector>

#include "policy/rule_set.h"

namespace policy {

struct Trial {
  std::size_t rules = 0;
  std::size_t examples = 0;
  std::size_t not_yet = 0;  ///< rules that are checked, and not held by this version
  std::vector<config::BadInput> failures;
};

struct CompiledRules;
struct Example;
/// What all rules together say about each thing that the example starts, or about the file or connection that
/// it names: "read X" is always a file's here, so that an example means the same without the rule that it
/// shows. Throws sys::Error where it cannot be told.
std::vector<Decision> decisions_on(const CompiledRules& compiled, const Example& example);

/// Throws config::BadInput when the rules cannot be read; examples that fail are listed: those of each rule,
/// judged by it alone, and those of a file, judged by all these rules together (which is why the reader does
/// not run them: other files may be stricter). Rules of builtin:base are not counted.
Trial try_rules(const std::vector<Source>& sources, const Surroundings& surroundings);

}  // namespace policy
