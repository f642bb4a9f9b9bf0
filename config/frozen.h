#pragma once
/// YAML that is read when gatehouse is built: what is built in must cost nothing at a start.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/node.h"

namespace config {

/// A Node without its children, which follow it: `count` items, or `count` pairs of key and value. It holds
/// no pointer, so that nothing has to be relocated at a start.
struct Frozen {
  Node::Kind kind;
  bool quoted;
  std::uint16_t line;
  std::uint16_t column;
  std::uint16_t count;
  std::uint16_t size;    ///< of the node and all below it, in nodes
  std::uint16_t length;  ///< of its scalar
  std::uint32_t offset;  ///< where the scalar begins in the text
  std::uint32_t order;   ///< of a map: where in the order its keys begin
};

/// A node and what is below it, first in `nodes`.
struct FrozenTree {
  std::span<const Frozen> nodes;
  std::string_view text;
  /// The keys of each map by their text, each as its distance from the map's node.
  std::span<const std::uint16_t> order;
};

/// The tree again, every place in `file`.
Node thaw(const FrozenTree& tree, const std::string& file);

struct FrozenEntry {
  std::string_view key;
  FrozenTree value;
};
/// Of a frozen map, in the order written.
std::vector<FrozenEntry> entries_of(const FrozenTree& map);
/// Of a frozen list, in order; anything else is a list of itself.
std::vector<FrozenTree> items_of(const FrozenTree& list);
std::string_view scalar_of(const FrozenTree& tree);
Place place_of(const FrozenTree& tree, const std::string& file);
/// What a frozen map has at the key: to thaw one entry without the others.
std::optional<FrozenTree> find(const FrozenTree& map, std::string_view key);

/// C++ source that defines `constexpr config::FrozenTree NAME`. Throws sys::Error for a tree too large for
/// it.
std::string freeze(const Node& root, const std::string& name);

}  // namespace config
