#include "config/frozen.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace config {
namespace {

std::string literal(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain =
        byte >= ' ' && byte < 0x7F && c != '"' && c != '\\' && c != '?';  // ??( is a trigraph
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

/// The rows of the table, and what they point into.
class Freezer {
 public:
  explicit Freezer(const Node& root) { add(root); }

  [[nodiscard]] std::string source(const std::string& name) const {
    std::string source = fmt::format("constexpr config::Frozen {}_nodes[] = {{\n", name);
    for (const Row& row : rows_) {
      const Node& node = *row.node;
      const std::size_t count = node.kind == Node::Kind::map ? node.entries.size() : node.items.size();
      source += fmt::format(
          "  {{config::Node::Kind::{}, {}, {}, {}, {}, {}, {}, {}, {}}},\n", name_of(node.kind), node.quoted,
          small(node.place, node.place.line), small(node.place, node.place.column), small(node.place, count),
          small(node.place, row.size), small(node.place, node.scalar.size()), row.offset, row.order);
    }
    source += fmt::format("}};\nconstexpr char {}_text[] = {};\n", name, literal(text_));
    source += fmt::format("constexpr std::uint16_t {}_order[] = {{0, {}}};\n", name, fmt::join(order_, ", "));
    return source +
           fmt::format("constexpr config::FrozenTree {0}{{{0}_nodes, {0}_text, {0}_order}};\n", name);
  }

 private:
  struct Row {
    const Node* node;
    std::size_t size, offset, order;
  };

  void add(const Node& node) {
    const std::size_t row = rows_.size();
    rows_.push_back({&node, 0, offset_of(node.scalar), 0});
    for (const Node& item : node.items) add(item);
    std::vector<std::pair<std::string_view, std::uint16_t>> keys;
    for (const Entry& entry : node.entries) {
      keys.emplace_back(entry.key.scalar, small(entry.key.place, rows_.size() - row));
      add(entry.key);
      add(entry.value);
    }
    std::sort(keys.begin(), keys.end());
    rows_[row].size = rows_.size() - row;
    rows_[row].order = order_.size() + 1;  // no array is empty: the first is nobody's
    for (const auto& key : keys) order_.push_back(key.second);
  }

  std::size_t offset_of(const std::string& scalar) {
    const std::size_t known = text_.find(scalar);
    if (known != std::string::npos) return known;
    text_ += scalar;
    return text_.size() - scalar.size();
  }

  std::vector<Row> rows_;
  std::string text_;
  std::vector<std::uint16_t> order_;
};

/// Without the first so many nodes.
FrozenTree behind(const FrozenTree& tree, std::size_t nodes) {
  return {tree.nodes.subspan(nodes), tree.text, tree.order};
}

Node take(FrozenTree& rest, const std::string& file) {
  const Frozen& frozen = rest.nodes.front();
  Node node;
  node.kind = frozen.kind;
  node.place = place_of(rest, file);
  node.scalar = scalar_of(rest);
  node.quoted = frozen.quoted;
  rest = behind(rest, 1);
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

std::string_view scalar_of(const FrozenTree& tree) {
  return tree.text.substr(tree.nodes.front().offset, tree.nodes.front().length);
}

Place place_of(const FrozenTree& tree, const std::string& file) {
  return {file, tree.nodes.front().line, tree.nodes.front().column};
}

Node thaw(const FrozenTree& tree, const std::string& file) {
  FrozenTree rest = tree;
  return take(rest, file);
}

std::vector<FrozenEntry> entries_of(const FrozenTree& map) {
  std::vector<FrozenEntry> entries;
  entries.reserve(map.nodes.front().count);
  FrozenTree rest = behind(map, 1);
  for (int left = map.nodes.front().count; left > 0; --left) {
    const std::string_view key = scalar_of(rest);
    rest = behind(rest, 1);
    entries.push_back({key, rest});
    rest = behind(rest, rest.nodes.front().size);
  }
  return entries;
}

std::vector<FrozenTree> items_of(const FrozenTree& list) {
  if (list.nodes.front().kind != Node::Kind::sequence) return {list};
  std::vector<FrozenTree> items;
  items.reserve(list.nodes.front().count);
  FrozenTree rest = behind(list, 1);
  for (int left = list.nodes.front().count; left > 0; --left) {
    items.push_back(rest);
    rest = behind(rest, rest.nodes.front().size);
  }
  return items;
}

std::optional<FrozenTree> find(const FrozenTree& map, std::string_view key) {
  const Frozen& root = map.nodes.front();
  const auto keys = map.order.subspan(root.order, root.kind == Node::Kind::map ? root.count : 0);
  const auto found = std::lower_bound(
      keys.begin(), keys.end(), key,
      [&](std::uint16_t at, std::string_view wanted) { return scalar_of(behind(map, at)) < wanted; });
  if (found == keys.end() || scalar_of(behind(map, *found)) != key) return std::nullopt;
  return behind(map, *found + std::size_t{1});
}

std::string freeze(const Node& root, const std::string& name) { return Freezer(root).source(name); }

}  // namespace config
