#include "config/new_node.h"

namespace config {

Node text_node(std::string_view text) {
  Node node;
  node.scalar = text;
  node.quoted = true;
  return node;
}

Node bare_node(std::string_view text) {
  Node node;
  node.scalar = text;
  return node;
}

Node list_node(const std::vector<std::string>& texts) {
  Node node;
  node.kind = Node::Kind::sequence;
  for (const std::string& text : texts) node.items.push_back(text_node(text));
  return node;
}

Node map_node(std::vector<std::pair<std::string, Node>> entries) {
  Node node;
  node.kind = Node::Kind::map;
  for (auto& [key, value] : entries) node.entries.push_back({text_node(key), std::move(value)});
  return node;
}

}  // namespace config
