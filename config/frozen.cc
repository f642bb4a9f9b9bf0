#include "config/frozen.h"

#include <fmt/format.h>

#include <limits>

namespace config {
namespace {

std::string literal(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = byte >= ' ' && byte < 0x7F && c != '"' && c != '\\' && c != '?';  // ??( is a trigraph
    quoted += is_plain ? std::string(1, c) : fmt::format("\\{:03o}", byte);
  }
  return quoted + '"';
}

const char* name_of(Node::Kind kind) {
  if (kind == Node::Kind::scalar) return "scalar";
  return kind == Node::Kind::sequence ? "sequence" : "map";
}

template <class Number>
std::uint16_t small(const Place& place, Number number) {
  if (static_cast<std::size_t>(number) > std::numeric_limits<std::uint16_t>::max())
    throw BadInput(place, "too large to be built in");
  return static_cast<std::uint16_t>(number);
}

void add(std::string& source, const Node& node) {
  const std::size_t count = node.kind == Node::Kind::map ? node.entries.size() : node.items.size();
  source += fmt::format("  {{config::Node::Kind::{}, {}, {}, {}, {}, {}}},\n", name_of(node.kind), node.quoted,
                        small(node.place, node.place.line), small(node.place, node.place.column),
                        small(node.place, count), literal(node.scalar));
  for (const Node& item : node.items) add(source, item);
  for (const Entry& entry : node.entries) {
    add(source, entry.key);
    add(source, entry.value);
  }
}

Node take(std::span<const Frozen>& rest, const std::string& file) {
  const Frozen& frozen = rest.front();
  rest = rest.subspan(1);
  Node node;
  node.kind = frozen.kind;
  node.place = {file, frozen.line, frozen.column};
  node.scalar = frozen.scalar;
  node.quoted = frozen.quoted;
  if (frozen.kind == Node::Kind::sequence) {
    node.items.reserve(frozen.count);
    for (int left = frozen.count; left > 0; --left) node.items.push_back(take(rest, file));
  } else if (frozen.kind == Node::Kind::map) {
    node.entries.reserve(frozen.count);
    for (int left = frozen.count; left > 0; --left) {
      Node key = take(rest, file);
      node.entries.push_back({std::move(key), take(rest, file)});
    }
  }
  return node;
}

}  // namespace

Node thaw(std::span<const Frozen> table, const std::string& file) { return take(table, file); }

std::string freeze(const Node& root, std::string_view name) {
  std::string source = fmt::format("constexpr config::Frozen {}[] = {{\n", name);
  add(source, root);
  return source + "};\n";
}

}  // namespace config
