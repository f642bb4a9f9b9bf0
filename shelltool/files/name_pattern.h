#pragma once
/// A glob as the search tools take it, in ripgrep's sense of --glob.

#include <string>
#include <string_view>
#include <vector>

#include "policy/glob.h"

namespace shelltool::files {

/// Without a '/' it is about names, at any depth; any other is about paths from the directory that is
/// searched.
/// `{a,b}` are alternatives; '/' at the end means directories.
class NamePattern {
 public:
  enum class Case { sensitive, insensitive };
  /// Throws sys::Error(invalid) on a bad glob, a leading '!' and too many alternatives.
  explicit NamePattern(std::string_view text, Case letters = Case::sensitive);

  /// `path` is from the directory searched and ends in `name`.
  [[nodiscard]] bool matches(std::string_view path, std::string_view name) const;
  [[nodiscard]] bool is_for_directories() const { return is_for_directories_; }

 private:
  bool is_for_directories_ = false;
  Case letters_;
  std::vector<policy::WordGlob> names_;
  std::vector<policy::PathGlob> paths_;
};

/// The texts that a text with `{a,b}` stands for; "{a}" is "a". Throws sys::Error(invalid) on a '{' without
/// its '}'.
std::vector<std::string> without_braces(std::string_view text);

}  // namespace shelltool::files
