#pragma once
/// Nodes that nobody wrote.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/node.h"

namespace config {

Node text_node(std::string_view text);
/// A number or a truth, which would be a text in quotes.
Node bare_node(std::string_view text);
Node list_node(const std::vector<std::string>& texts);
Node map_node(std::vector<std::pair<std::string, Node>> entries);

}  // namespace config
