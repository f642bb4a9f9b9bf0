#pragma once
/// Starlark, as far as Codex's rules need it: calls at the top of the file, whose arguments are named and are
/// literal strings and lists. What would have to be run (variables, comprehensions, functions) is not read.

#include <string>
#include <string_view>
#include <vector>

#include "config/node.h"

namespace policy {

struct StarlarkCall {
  std::string function;
  config::Place place;
  config::Node arguments;  ///< a map
};

/// Comments, triple quotes, r"…", escapes, `+` between literals and strings that stand by themselves are
/// read. Throws config::BadInput naming the place of anything else, of invalid UTF-8 and of control
/// characters.
std::vector<StarlarkCall> read_starlark(std::string_view text, const std::string& file);

}  // namespace policy
