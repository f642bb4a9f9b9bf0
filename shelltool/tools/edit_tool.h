#pragma once

#include "mcp/tools.h"
#include "shelltool/worker/file_workers.h"

namespace shelltool {

/// `edit`: parts of a file, and no byte beside them.
mcp::Tool edit_tool(FileWorkers& workers, Connection& connection, const LiveState& state);
/// `write`: a whole file.
mcp::Tool write_tool(FileWorkers& workers, Connection& connection, const LiveState& state);

}  // namespace shelltool
