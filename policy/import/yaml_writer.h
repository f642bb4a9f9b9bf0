#pragma once
/// Values of a rules file, and the text that a strict reader makes the same values of.

#include <string>
#include <utility>
#include <vector>

#include "config/node.h"

namespace policy {

config::Node text_node(std::string text);
/// A number or a boolean.
config::Node bare_node(std::string text);
config::Node list_node(const std::vector<std::string>& texts);
config::Node map_node(std::vector<std::pair<std::string, config::Node>> entries);

/// Quoted where another reader of YAML could take it for something else.
std::string scalar_text(const std::string& text);
/// On one line: "{program: git, args: [push]}".
std::string flow_text(const config::Node& node);

}  // namespace policy
