#pragma once

#include "mcp/tools.h"
#include "shelltool/history/history.h"
#include "shelltool/setup/plan.h"

namespace shelltool {

/// The `history` tool: what was changed, and the way back.
mcp::Tool history_tool(FileWorkers& workers, Connection& connection, History& history,
                       const LiveState& state);

}  // namespace shelltool
