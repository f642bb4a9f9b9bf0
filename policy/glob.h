#pragma once
/// Globs over bytes, in the two kinds that rules have. `*`, `?`, `[a-z]`, `[!a]`, `[[:alpha:]]` and `\` as in
/// wildmatch(3) of git; `?` and a set stand for one byte. Matching takes time in proportion to pattern times
/// text at worst.

#include <bitset>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace policy {

/// For words and names: nothing is special about '/'.
class WordGlob {
 public:
  /// Throws sys::Error(invalid) on a set without its end, an unknown class or a `\` at the end.
  explicit WordGlob(std::string_view pattern);
  [[nodiscard]] bool matches(std::string_view word) const;
  /// The only word that matches, where there is no wildcard.
  [[nodiscard]] const std::optional<std::string>& literal() const { return literal_; }
  /// As it was written.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  using Bytes = std::bitset<256>;
  struct Token {
    enum class Kind { byte, any, set, star };
    Kind kind = Kind::byte;
    unsigned char byte = 0;
    std::size_t set = 0;
  };
  [[nodiscard]] bool accepts(const Token& token, char byte) const;

  std::string text_;
  std::vector<Token> tokens_;
  std::vector<Bytes> sets_;
  std::optional<std::string> literal_;
};

/// For paths, component by component: `*` stays within one, `**` as a component is any number of them, and at
/// the end at least one ("a/**" is what lies in "a", not "a").
class PathGlob {
 public:
  /// Throws as WordGlob does.
  explicit PathGlob(std::string_view pattern);
  [[nodiscard]] bool matches(std::string_view path) const { return follow(path, false); }
  /// The path, or a directory on its way.
  [[nodiscard]] bool covers(std::string_view path) const { return follow(path, true); }
  /// Where some component has no wildcard, the last such: every path that matches or is covered has it.
  [[nodiscard]] std::optional<std::string> name() const;
  /// The directory, or the only path, that everything which matches lies in or is: "/" where it begins with a
  /// wildcard.
  [[nodiscard]] std::string stem() const;
  /// The last component has no wildcard.
  [[nodiscard]] bool ends_in_name() const { return parts_.back().name.literal().has_value(); }

 private:
  [[nodiscard]] bool follow(std::string_view path, bool may_end_early) const;

  struct Part {
    bool any_depth = false;
    WordGlob name;
  };
  std::vector<Part> parts_;
};

/// The text with `\` before every byte that a glob would take as its own.
std::string glob_quoted(std::string_view text);

}  // namespace policy
