#pragma once
/// Fixed lists of words in one text, separated and enclosed by blanks: " sh bash ".

#include <string>
#include <string_view>

namespace policy {

inline bool lists(std::string_view list, std::string_view word) {
  return !word.empty() && list.find(" " + std::string(word) + " ") != std::string_view::npos;
}

/// Programs that read their words as shells do.
inline constexpr std::string_view shells = " sh bash dash zsh ksh mksh ash rbash ";

}  // namespace policy
