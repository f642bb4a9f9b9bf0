#pragma once

#include <string>
#include <string_view>

#include "config/node.h"

namespace config {

/// The tree as YAML that read_yaml() reads again: maps and lists one entry a line down to the third level,
/// what is below them in one line. A list's map that has a place says it in a comment above.
std::string yaml_text(const Node& root);

/// A scalar in double quotes, on one line and visible: control characters are escaped.
std::string yaml_quoted(std::string_view text);

}  // namespace config
