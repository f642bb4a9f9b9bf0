#include "policy/import/yaml_writer.h"

#include <fmt/format.h>

#include <set>

#include "config/text.h"
#include "config/yaml_text.h"

namespace policy {
namespace {

using config::Node;

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

bool is_plain(const std::string& text) {
  static const std::set<std::string> others{"true", "false", "yes", "no", "on", "off", "y", "n", "null"};
  static const std::string inner = std::string(letters) + "0123456789._-/";
  const bool begins_plain =
      !text.empty() && (letters.find(text.front()) != std::string_view::npos || text.front() == '/');
  return begins_plain && text.find_first_not_of(inner) == std::string::npos &&
         others.count(config::lower(text)) == 0;
}

}  // namespace

Node text_node(std::string text) {
  Node node;
  node.scalar = std::move(text);
  node.quoted = true;
  return node;
}

Node bare_node(std::string text) {
  Node node = text_node(std::move(text));
  node.quoted = false;
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

std::string scalar_text(const std::string& text) { return is_plain(text) ? text : config::yaml_quoted(text); }

std::string flow_text(const Node& node) {
  std::vector<std::string> parts;
  for (const Node& item : node.items) parts.push_back(flow_text(item));
  for (const config::Entry& entry : node.entries)
    parts.push_back(scalar_text(entry.key.scalar) + ": " + flow_text(entry.value));
  switch (node.kind) {
    case Node::Kind::scalar:
      return node.quoted ? scalar_text(node.scalar) : node.scalar;
    case Node::Kind::sequence:
      return fmt::format("[{}]", fmt::join(parts, ", "));
    case Node::Kind::map:
      break;
  }
  return fmt::format("{{{}}}", fmt::join(parts, ", "));
}

}  // namespace policy
