#pragma once
/// TOML as a person wrote it: its tables and keys with the places where they stand. Values that settings of
/// ours have (strings, booleans, whole numbers, lists and inline tables of them) are read; others are kept as
/// they are spelled.

#include <string>
#include <string_view>
#include <vector>

#include "mcp/json.h"

namespace shelltool {

/// `begin` and `end` are bytes of the text.
struct TomlKey {
  std::vector<std::string> path;  ///< from the root
  std::size_t table = 0;          ///< the index of the table that it stands in
  std::size_t begin = 0;          ///< of the key
  std::size_t value_begin = 0, end = 0;
  mcp::Json value;
};

struct TomlTable {
  std::vector<std::string> path;   ///< the root's is empty; of an array of tables, the index stands last
  std::size_t begin = 0, end = 0;  ///< of the header; both 0 for the root
};

struct TomlDocument {
  std::vector<TomlTable> tables;  ///< the root first
  std::vector<TomlKey> keys;
};

/// Throws config::BadInput that names the place, also for a table or key that stands twice.
TomlDocument read_toml_document(std::string_view text, const std::string& file);

}  // namespace shelltool
