#pragma once

#include <string>

#include "mcp/tools.h"
#include "shelltool/files/find.h"

namespace shelltool {

/// What was found, for the model; `prefix` makes a path that other tools take of one from the directory,
/// visible text: the first line tells how much it is and how to get the rest, the second what was left out
/// and why.
mcp::ToolResult find_result(const files::FindRequest& request, const files::FindResult& found,
                            const std::string& prefix);

}  // namespace shelltool
