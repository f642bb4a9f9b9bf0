#pragma once
/// From Nodes to values. Every function throws BadInput at the node's place when it holds something else.

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/node.h"

namespace config {

/// A map whose keys are known beforehand; another key is an error that names the nearest.
class MapReader {
 public:
  /// `map` must outlive the reader.
  MapReader(const Node& map, std::vector<std::string> keys);

  /// nullptr when the key is not there. Asking for a key that was not announced is our own mistake.
  [[nodiscard]] const Node* find(std::string_view key) const;
  [[nodiscard]] const Node& need(std::string_view key) const;
  [[nodiscard]] const Place& place() const { return map_->place; }

 private:
  const Node* map_;
  std::vector<std::string> keys_;
};

/// "expected a list, found a map".
[[noreturn]] void fail_type(const Node& node, std::string_view expected);
/// "unknown key 'evnt'; did you mean 'event'?", or all the words when none is near.
[[noreturn]] void fail_unknown(const Node& node, std::string_view what,
                               const std::vector<std::string>& known);

std::string read_string(const Node& node);
/// A scalar is a list of one.
std::vector<std::string> read_strings(const Node& node);
std::map<std::string, std::string> read_string_map(const Node& node);
/// true and false, unquoted. YAML 1.1's other spellings are explained.
bool read_bool(const Node& node);
std::uint64_t read_unsigned(const Node& node, std::uint64_t least = 0, std::uint64_t most = UINT64_MAX);
struct CountRange {
  std::uint64_t least = 0, most = 0;
};
/// "3" or "1-3".
CountRange read_range(std::string_view text, const Place& place, std::uint64_t least, std::uint64_t most);
/// "2026-12-31", which is the end of that day, or "2026-12-31T18:00Z", with seconds or without: in UTC.
std::chrono::sys_seconds read_instant(const Node& node);
/// "50ms", "120s", "10m", "2h", "30d", or 0.
std::chrono::milliseconds read_duration(const Node& node);
/// "512", "64KB", "64MB", "2GB", in powers of 1024.
std::uint64_t read_bytes(const Node& node);

/// The index in `words` of the word that the node holds.
std::size_t read_index(const Node& node, const std::vector<std::string>& words);

template <class Value>
Value read_word(const Node& node, std::initializer_list<std::pair<const char*, Value>> table) {
  std::vector<std::string> words;
  for (const auto& row : table) words.emplace_back(row.first);
  return (table.begin() + read_index(node, words))->second;
}

/// `version: 1`, which every file of ours begins with.
void check_version(const MapReader& document);

}  // namespace config
