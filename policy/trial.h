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

/// Throws config::BadInput when the rules cannot be read; examples that fail are listed: those of each rule,
/// judged by it alone, and those of a file, judged by all these rules together (which is why the reader does
/// not run them: other files may be stricter). Rules of builtin:base are not counted.
Trial try_rules(const std::vector<Source>& sources, const Surroundings& surroundings);

}  // namespace policy
