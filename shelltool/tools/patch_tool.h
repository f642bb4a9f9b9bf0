#pragma once

#include "mcp/tools.h"
#include "shelltool/worker/file_workers.h"

namespace shelltool {

/// `apply_patch`: a patch on files, all of it or nothing; with `in_part` what can be done before a change
/// that fails, as Codex does it.
mcp::Tool patch_tool(FileWorkers& workers, Connection& connection, const LiveState& state, bool in_part);

}  // namespace shelltool
