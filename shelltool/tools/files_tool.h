#pragma once

#include "mcp/tools.h"
#include "shelltool/worker/file_workers.h"

namespace shelltool {

/// `files`: moves, copies, deletes, directories, links and modes, all of a call or none.
mcp::Tool files_tool(FileWorkers& workers, Connection& connection, const LiveState& state);

}  // namespace shelltool
