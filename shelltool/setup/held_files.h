#pragma once
/// Rules that deny to read or write files hold for every program, by mounts: here they become the files that
/// are there when the sandbox is built.

#include <string>
#include <vector>

#include "policy/rule_set.h"

namespace shelltool {

struct HeldFiles {
  std::vector<std::string> hidden;     ///< what no program may read
  std::vector<std::string> read_only;  ///< what none may write, and may read
  std::vector<std::string> left_out;   ///< a sentence each: what could not be held
};

/// A pattern that is meant anywhere is looked for in the workspaces; at most 200,000 names are looked at.
HeldFiles find_held_files(const policy::RuleSet& rules, const policy::State& state,
                          const std::vector<std::string>& workspaces);

}  // namespace shelltool
