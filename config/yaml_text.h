#pragma once

#include <string>

#include "config/node.h"

namespace config {

/// The tree as YAML that read_yaml() reads again: maps and lists one entry a line down to the third level,
/// what is below them in one line. A list's map that has a place says it in a comment above.
std::string yaml_text(const Node& root);

}  // namespace config
