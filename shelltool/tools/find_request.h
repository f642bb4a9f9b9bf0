#pragma once
/// What a call of the `find` tool asks for.

#include <string>
#include <vector>

#include "mcp/arguments.h"
#include "shelltool/files/find.h"

namespace shelltool {

std::vector<mcp::Parameter> find_parameters();
/// `path`: the argument, absolute; a pattern that is absolute itself says where to look where there is none.
/// Throws mcp::ArgumentError.
files::FindRequest read_find_request(const mcp::Arguments& arguments, const std::string& path);

}  // namespace shelltool
