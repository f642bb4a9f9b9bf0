#pragma once
/// YAML that is read when gatehouse is built: what is built in must cost nothing at a start.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "config/node.h"

namespace config {

/// A Node without its children, which follow it in the table: `count` items, or `count` pairs of key and value.
struct Frozen {
  Node::Kind kind;
  bool quoted;
  std::uint16_t line;
  std::uint16_t column;
  std::uint16_t count;
  std::string_view scalar;
};

/// The tree again, every place in `file`.
Node thaw(std::span<const Frozen> table, const std::string& file);

/// C++ source that defines `constexpr config::Frozen NAME[]`. Throws sys::Error for a tree too large for it.
std::string freeze(const Node& root, std::string_view name);

}  // namespace config
