#pragma once

#include <functional>

#include "mcp/tools.h"
#include "shelltool/plan.h"

namespace shelltool {

/// The `policy` tool: what the owner's rules say, without running anything. `plan` is asked at each call, so
/// that files that changed count; what it throws is the call's result.
mcp::Tool policy_tool(std::function<Plan()> plan);

}  // namespace shelltool
