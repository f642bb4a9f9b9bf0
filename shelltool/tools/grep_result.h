#pragma once

#include <string>

#include "mcp/tools.h"
#include "shelltool/files/grep.h"

namespace shelltool {

/// What was found, for the model; `prefix` makes a path that other tools take of one from the directory,
/// visible text: the first line tells how much it is and how to get the rest.
mcp::ToolResult grep_result(const files::GrepRequest& request, const files::GrepResult& found,
                            const std::string& prefix);

}  // namespace shelltool
