#pragma once
/// What a call of the `grep` tool asks for.

#include <string>
#include <vector>

#include "mcp/arguments.h"
#include "shelltool/files/grep.h"

namespace shelltool {

std::vector<mcp::Parameter> grep_parameters();
/// `path`: the argument, absolute. Throws mcp::ArgumentError.
files::GrepRequest read_grep_request(const mcp::Arguments& arguments, const std::string& path);

}  // namespace shelltool
