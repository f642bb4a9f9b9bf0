#pragma once

#include <string>

#include "config/node.h"

namespace config {

/// Quoted where a reader of YAML could take it for something else.
std::string scalar_text(const std::string& text);
/// On one line: "{program: git, args: [push]}".
std::string flow_text(const Node& node);
/// The tree as YAML that read_yaml() reads again: maps and lists one entry a line down to the third level,
/// what is below them in one line. A list's map that has a place says it in a comment above.
std::string yaml_text(const Node& root);

}  // namespace config
