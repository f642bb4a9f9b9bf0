#pragma once

#include "mcp/tools.h"
#include "shelltool/worker/file_workers.h"

namespace shelltool {

/// `read`: files and directories by lines, images, and what binary files are.
mcp::Tool read_tool(FileWorkers& workers, Connection& connection);

}  // namespace shelltool
