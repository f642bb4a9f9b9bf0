#pragma once

#include <functional>

#include "mcp/tools.h"
#include "shelltool/plan.h"

namespace shelltool {

/// The `policy` tool: what the owner's rules say, without running anything. `plan` is asked at each call, so that files
/// that changed count; what it throws is the call's result.
mcp::Tool policy_tool(std::function<Plan()> plan);

/// "workspace-write, net none" and its like, then the workspace: what holds, for the model.
std::string state_text(const Plan& plan);

}  // namespace shelltool
