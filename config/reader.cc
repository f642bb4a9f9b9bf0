#include "config/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>

#include "config/text.h"

namespace config {
namespace {

const char* name_of(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::scalar:
      return "a single value";
    case Node::Kind::sequence:
      return "a list";
    case Node::Kind::map:
      return "a map";
  }
  return "";
}

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr Unit time_units[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
constexpr Unit byte_units[] = {
    {"", 1}, {"B", 1}, {"KB", 1ULL << 10}, {"MB", 1ULL << 20}, {"GB", 1ULL << 30}, {"TB", 1ULL << 40}};

/// Far above anything meant, far below what overflows when a clock's time is added.
constexpr std::uint64_t max_milliseconds = 36'500ULL * 86'400'000;
constexpr std::uint64_t max_size = 1ULL << 60;

/// The number and its unit as one value; nothing when it is not of that form, or larger than `most`.
std::optional<std::uint64_t> quantity(std::string_view text, std::span<const Unit> units,
                                      std::uint64_t most) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
  if (number == 0 && name.empty()) return 0;
  for (const Unit& unit : units) {
    if (unit.name == name && number <= most / unit.factor) return number * unit.factor;
  }
  return std::nullopt;
}

/// Year, month, day, hour, minute, second; what is not written is 0.
std::optional<std::array<int, 6>> instant_fields(std::string_view text) {
  for (const std::string_view form : {"dddd-dd-dd", "dddd-dd-ddTdd:ddZ", "dddd-dd-ddTdd:dd:ddZ"}) {
    if (text.size() != form.size()) continue;
    std::array<int, 6> fields{};
    std::size_t field = 0;
    for (std::size_t i = 0; i < form.size(); ++i) {
      const bool is_digit = text[i] >= '0' && text[i] <= '9';
      if (form[i] == 'd' ? !is_digit : text[i] != form[i]) return std::nullopt;
      if (is_digit)
        fields.at(field) = fields.at(field) * 10 + (text[i] - '0');
      else
        ++field;
    }
    return fields;
  }
  return std::nullopt;
}

/// Spellings that some YAML readers take for booleans and others for texts.
constexpr std::pair<std::string_view, std::string_view> yaml_1_1_booleans[] = {
    {"true", "true"},   {"yes", "true"}, {"on", "true"},   {"y", "true"},
    {"false", "false"}, {"no", "false"}, {"off", "false"}, {"n", "false"}};

const std::string& scalar_of(const Node& node, std::string_view expected) {
  if (node.kind != Node::Kind::scalar) fail_type(node, expected);
  return node.scalar;
}

}  // namespace

void fail_type(const Node& node, std::string_view expected) {
  const std::string found = node.kind == Node::Kind::scalar ? shown(node.scalar) : name_of(node.kind);
  throw BadInput(node.place, fmt::format("expected {}, found {}", expected, found));
}

void fail_unknown(const Node& node, std::string_view what, const std::vector<std::string>& known) {
  const std::string near = nearest(node.scalar, known);
  const std::string advice = near.empty() ? fmt::format("known are {}", fmt::join(known, ", "))
                                          : fmt::format("did you mean '{}'?", near);
  throw BadInput(node.place, fmt::format("unknown {} {}; {}", what, shown(node.scalar), advice));
}

MapReader::MapReader(const Node& map, std::vector<std::string> keys) : map_(&map), keys_(std::move(keys)) {
  if (map.kind != Node::Kind::map) fail_type(map, "a map");
  for (const Entry& entry : map.entries) {
    if (std::find(keys_.begin(), keys_.end(), entry.key.scalar) == keys_.end())
      fail_unknown(entry.key, "key", keys_);
  }
}

const Node* MapReader::find(std::string_view key) const {
  if (std::find(keys_.begin(), keys_.end(), key) == keys_.end())
    throw sys::Error(sys::Kind::internal, "reading key '{}', which this map was not said to have", key);
  for (const Entry& entry : map_->entries) {
    if (entry.key.scalar == key) return &entry.value;
  }
  return nullptr;
}

const Node& MapReader::need(std::string_view key) const {
  if (const Node* node = find(key)) return *node;
  throw BadInput(map_->place, fmt::format("key '{}' is missing", key));
}

std::string read_string(const Node& node) { return scalar_of(node, "a text"); }

std::vector<std::string> read_strings(const Node& node) {
  if (node.kind == Node::Kind::scalar) return {node.scalar};
  if (node.kind == Node::Kind::map) fail_type(node, "a text or a list of texts");
  std::vector<std::string> strings;
  for (const Node& item : node.items) strings.push_back(read_string(item));
  return strings;
}

std::map<std::string, std::string> read_string_map(const Node& node) {
  if (node.kind != Node::Kind::map) fail_type(node, "a map of texts");
  std::map<std::string, std::string> strings;
  for (const Entry& entry : node.entries) strings[entry.key.scalar] = read_string(entry.value);
  return strings;
}

bool read_bool(const Node& node) {
  constexpr std::string_view expected = "true or false";
  const std::string& word = scalar_of(node, expected);
  const bool is_true = word == "true";
  if (is_true || word == "false") {
    if (!node.quoted) return is_true;
    throw BadInput(node.place, fmt::format("in quotes this is a text; write {} without them", word));
  }
  for (const auto& [spelling, meant] : yaml_1_1_booleans) {
    if (lower(word) == spelling)
      throw BadInput(node.place,
                     fmt::format("expected {}, found {}; write {}", expected, shown(word), meant));
  }
  fail_type(node, expected);
}

std::uint64_t read_unsigned(const Node& node, std::uint64_t least, std::uint64_t most) {
  const std::string& text = scalar_of(node, "a number");
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  const bool is_number = result.ec == std::errc() && result.ptr == end;
  if (is_number && number >= least && number <= most) return number;
  if (most == UINT64_MAX)
    fail_type(node, least == 0 ? "a number" : fmt::format("a number from {} on", least));
  fail_type(node, fmt::format("a number from {} to {}", least, most));
}

CountRange read_range(std::string_view text, const Place& place, std::uint64_t least, std::uint64_t most) {
  CountRange range;
  const char* const end = text.data() + text.size();
  auto read = std::from_chars(text.data(), end, range.least);
  range.most = range.least;
  if (read.ec == std::errc() && read.ptr != end && *read.ptr == '-')
    read = std::from_chars(read.ptr + 1, end, range.most);
  if (read.ec != std::errc() || read.ptr != end || range.least > range.most || range.least < least ||
      range.most > most)
    throw BadInput(place, fmt::format("expected a number from {} to {} or a range such as 1-3; found {}",
                                      least, most, shown(text)));
  return range;
}

std::chrono::sys_seconds read_instant(const Node& node) {
  constexpr std::string_view expected =
      "a day such as 2026-12-31, or a time of one such as 2026-12-31T18:00Z, in UTC";
  const std::string& text = scalar_of(node, expected);
  const auto fields = instant_fields(text);
  if (!fields) fail_type(node, expected);
  const auto& [year, month, day, hour, minute, second] = *fields;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 59)
    throw BadInput(node.place, fmt::format("there is no such time: {}", shown(text)));
  const std::chrono::sys_days midnight = date;
  if (text.find('T') == std::string::npos) return midnight + std::chrono::days(1);
  return midnight + std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
}

std::chrono::milliseconds read_duration(const Node& node) {
  constexpr std::string_view expected = "a time like 50ms, 120s, 10m, 2h or 30d, or 0";
  const auto value = quantity(scalar_of(node, expected), time_units, max_milliseconds);
  if (!value) fail_type(node, expected);
  return std::chrono::milliseconds(*value);
}

std::uint64_t read_bytes(const Node& node) {
  constexpr std::string_view expected = "a size like 512, 64KB, 64MB or 2GB";
  const auto value = quantity(scalar_of(node, expected), byte_units, max_size);
  if (!value) fail_type(node, expected);
  return *value;
}

std::size_t read_index(const Node& node, const std::vector<std::string>& words) {
  const std::string& word = scalar_of(node, fmt::format("one of {}", fmt::join(words, ", ")));
  const auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) fail_unknown(node, "word", words);
  return static_cast<std::size_t>(found - words.begin());
}

void check_version(const MapReader& document) {
  const Node* version = document.find("version");
  if (version == nullptr)
    throw BadInput(document.place(), "the file must say which format it has: add 'version: 1'");
  if (version->kind != Node::Kind::scalar || version->scalar != "1")
    fail_type(*version, "version 1, the only one that this gatehouse reads");
}

}  // namespace config
