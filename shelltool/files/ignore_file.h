#pragma once
/// One file of patterns for what is to be passed over, as gitignore(5) has them.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/glob.h"

namespace shelltool::files {

struct IgnoreRule {
  std::string text;  ///< as it was written
  std::size_t line = 0;
  bool is_negated = false;
  bool is_for_directories = false;
  std::optional<policy::WordGlob> name;  ///< a pattern without a '/' is about names, at any depth
  std::optional<policy::PathGlob> path;  ///< any other is about paths from the file's directory
  std::string prefix, suffix;            ///< what begins and ends all that matches: most is told by these
};

class IgnoreFile {
 public:
  /// `place` is the file's own path, for messages. A pattern that can match nothing is passed over, as git
  /// does.
  IgnoreFile(std::string place, std::string_view text);

  /// The last rule that matches, which is the one that counts. `path` is relative to the directory that the
  /// patterns are about, and ends in `name`.
  [[nodiscard]] const IgnoreRule* match(std::string_view path, std::string_view name,
                                        bool is_directory) const;
  [[nodiscard]] const std::string& place() const { return place_; }

 private:
  std::string place_;
  std::vector<IgnoreRule> rules_;
  /// Numbers of rules: those whose suffix ends in that byte, and those without one.
  std::array<std::vector<std::uint32_t>, 256> by_last_byte_;
  std::vector<std::uint32_t> without_suffix_;
};

}  // namespace shelltool::files
