#pragma once

#include "mcp/tools.h"
#include "shelltool/setup/fresh_plan.h"

namespace shelltool {

/// The `policy` tool: what the owner's rules say, without running anything. `plan` outlives it; what it
/// throws is the call's result.
mcp::Tool policy_tool(FreshPlan& plan);

}  // namespace shelltool
