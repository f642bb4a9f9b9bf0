#pragma once

#include <bitset>
#include <cstddef>

namespace policy {

/// Where a rules file comes from; a lower layer only tightens, but for what is delegated to it.
enum class Layer { system, user, project, session };
constexpr std::size_t layer_count = 4;
constexpr const char* name_of(Layer layer) {
  constexpr const char* names[] = {"system", "user", "project", "session"};
  return names[static_cast<std::size_t>(layer)];
}

/// Some of them, by number.
using Layers = std::bitset<layer_count>;

}  // namespace policy
