#pragma once
/// Between what an owner settled and a state.

#include <string>
#include <vector>

#include "shelltool/setup/plan.h"
#include "shelltool/state/sandbox_state.h"

namespace shelltool {

/// What a plan's sandbox is built for.
SandboxState state_of(const Plan& plan);

/// The options of a sandbox that is built for a state, where the owner's own ones would not do.
CommonOptions options_for(CommonOptions options, const SandboxState& state);

/// Those of a host's roots that may be written although no owner has named them: no home, nothing of the
/// system.
std::vector<std::string> harmless_roots(const std::vector<std::string>& roots, const Caller& caller);

}  // namespace shelltool
