#pragma once
/// Long YAML files as the trees that they were read to: yaml-cpp takes 0.3 µs for a byte of them, a start
/// should not.

#include <string>
#include <string_view>

#include "config/node.h"

namespace config {

/// Shorter texts are read about as quickly.
inline constexpr std::size_t worth_keeping = 64 << 10;

class KeptTrees {
 public:
  /// `directory`: where no command can write, for what lies there is believed. It is made when it is needed,
  /// its parent is there; empty: nothing is kept.
  explicit KeptTrees(std::string directory) : directory_(std::move(directory)) {}

  /// What read_yaml() makes of the text. It is found by the whole text, so that no other tree can come of it.
  [[nodiscard]] Node read(std::string_view text, const std::string& file) const;

 private:
  std::string directory_;
};

}  // namespace config
