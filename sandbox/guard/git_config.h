#pragma once
/// git's configuration syntax (config.c of git 2.39 to 2.51, git-config(1) "Syntax"), read as git reads it
/// and with the bytes that each entry stands in, so that one entry can be taken out and no other byte
/// changes.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sandbox {

struct ConfigEntry {
  /// As git compares names: "section.key" or "section.subsection.key"; section and key in lower case,
  /// subsection as written. git keeps names in C strings, so one that holds a NUL ends there.
  std::string name;
  std::optional<std::string> value;  ///< nothing for a key without "=", which git takes for true

  std::size_t begin = 0;       ///< the key's first byte
  std::size_t end = 0;         ///< behind value and comment, before the newline
  std::size_t line_begin = 0;  ///< where the key's line starts
  bool shares_line = false;    ///< with a section header before it
  std::string raw;             ///< the bytes from begin to end

  [[nodiscard]] std::string section() const;
  [[nodiscard]] std::string subsection() const;
  [[nodiscard]] std::string key() const;
};

struct GitConfig {
  std::vector<ConfigEntry> entries;
  /// Lines, from 1, where git would stop with "bad config line". Reading goes on behind them: other programs
  /// than git are not so strict.
  std::vector<std::size_t> bad_lines;
};

/// Any bytes; never throws.
GitConfig read_git_config(std::string_view bytes);

/// One change: `entry` of the text goes, or gives way to `raw` of another entry.
struct ConfigEdit {
  ConfigEntry entry;
  std::optional<std::string> replacement;
};
/// The text with these edits and every other byte as it was.
std::string edited(std::string_view bytes, std::vector<ConfigEdit> edits);

}  // namespace sandbox
