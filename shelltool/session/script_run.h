#pragma once

#include <string>

#include "policy/rehearsal.h"
#include "shelltool/setup/plan.h"

namespace shelltool {

/// The shell that reads a script: bash where there is one.
std::string script_shell();

/// Runs the script dry, twice: read-only, without a network, with every program but its shell replaced. At
/// most 10 seconds and 2,000 programs. Throws sys::Error where this machine has no sandbox in which that is
/// without effect.
policy::Rehearsal rehearse(const Plan& plan, const policy::RuleSet& rules, const std::string& script);

}  // namespace shelltool
