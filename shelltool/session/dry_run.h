#pragma once

#include <string>
#include <vector>

#include "policy/check.h"
#include "shelltool/setup/plan.h"

namespace shelltool {

/// What the rules say about a command, or about shell text where `argv` is empty, in the plan's sandbox.
/// Nothing runs. Throws sys::Error where it cannot be told what would start: a dry run must not promise
/// anything then.
policy::Check dry_run(const Plan& plan, const policy::RuleSet& rules, const std::vector<std::string>& argv,
                      const std::string& script);
/// The same about shell text that its shell runs, every program replaced; see rehearse(). Where it cannot be
/// run so, it is read, and what is unclear says why.
policy::Check dry_run_script(const Plan& plan, const policy::RuleSet& rules, const std::string& script);

}  // namespace shelltool
