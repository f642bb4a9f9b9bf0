#pragma once

#include <string>
#include <vector>

#include "shelltool/setup/plan.h"

namespace shelltool {

/// The plan of a sandbox that will be built: with what the user's login shell exports, which is asked where
/// nobody knows it yet (under the owner's rules, read-only, without a network, for two seconds), and with all
/// that the sandbox needs on the host.
Plan settled_plan(const CommonOptions& common, const CommandOptions& command,
                  const std::vector<std::string>& argv);

}  // namespace shelltool
