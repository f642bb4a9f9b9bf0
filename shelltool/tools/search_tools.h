#pragma once

#include "mcp/tools.h"
#include "shelltool/worker/file_workers.h"

namespace shelltool {

/// `find`: lists, globs and trees.
mcp::Tool find_tool(FileWorkers& workers, Connection& connection);
/// `grep`: ripgrep's search. To be offered where files::ripgrep_path() is something.
mcp::Tool grep_tool(FileWorkers& workers, Connection& connection);

}  // namespace shelltool
