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

}  // namespace shelltool
