#include "shelltool/hosts/toml_settings.h"

#include <algorithm>

#include "shelltool/hosts/json_document.h"
#include "shelltool/hosts/toml_document.h"

namespace shelltool {
namespace {

using mcp::Json;

constexpr std::string_view marker = "# Written by gatehouse register, and taken out with --remove.";

bool begins_with(const KeyPath& path, const KeyPath& begin) {
  return path.size() >= begin.size() && std::equal(begin.begin(), begin.end(), path.begin());
}

KeyPath parent_of(const KeyPath& path) { return {path.begin(), path.end() - 1}; }

std::string spelled(const std::string& key) {
  const bool is_bare = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  return is_bare ? key : mcp::text_of(key);
}

/// The keys from `index` on, with dots.
std::string spelled(const KeyPath& path, std::size_t index) {
  std::string text;
  for (std::size_t i = index; i < path.size(); ++i) text += (i == index ? "" : ".") + spelled(path[i]);
  return text;
}

std::string newline_of(std::string_view text) {
  return text.find("\r\n") == std::string_view::npos ? "\n" : "\r\n";
}

/// Behind the end of the line that `at` stands in.
std::size_t next_line(std::string_view text, std::size_t at) {
  const std::size_t newline = text.find('\n', at);
  return newline == std::string_view::npos ? text.size() : newline + 1;
}

std::size_t line_begin(std::string_view text, std::size_t at) {
  return at == 0 ? 0 : text.rfind('\n', at - 1) + 1;  // npos + 1 is 0
}

const TomlKey* find_key(const TomlDocument& document, const KeyPath& path) {
  const auto found = std::find_if(document.keys.begin(), document.keys.end(),
                                  [&](const TomlKey& key) { return key.path == path; });
  return found == document.keys.end() ? nullptr : &*found;
}

/// A line `statement` behind the line that `at` stands in.
void insert_line(std::string& text, std::size_t at, const std::string& statement) {
  const std::string newline = newline_of(text);
  const std::size_t place = next_line(text, at);
  const bool is_open = place > 0 && text[place - 1] != '\n';
  text.insert(place, (is_open ? newline : "") + statement + newline);
}

void append_table(std::string& text, const KeyPath& table, const std::string& statement) {
  const std::string newline = newline_of(text);
  if (!text.empty() && text.back() != '\n') text += newline;
  if (!text.empty()) text += newline;
  text.append(marker).append(newline).append("[" + spelled(table, 0) + "]").append(newline);
  text.append(statement).append(newline);
}

/// Where a line for the table at `table` belongs: its header, or the last key in it. npos: nowhere yet.
std::size_t end_of_table(const TomlDocument& document, const KeyPath& table) {
  std::size_t end = std::string::npos;
  for (std::size_t i = 0; i < document.tables.size(); ++i) {
    if (document.tables[i].path != table) continue;
    end = document.tables[i].end;
    for (const TomlKey& key : document.keys)
      if (key.table == i) end = key.end;
  }
  return end;
}

/// The last key of a table that dotted keys define, with the place that they stand in.
const TomlKey* last_dotted(const TomlDocument& document, const KeyPath& table) {
  const TomlKey* last = nullptr;
  for (const TomlKey& key : document.keys)
    if (key.path.size() > table.size() && begins_with(key.path, table) &&
        document.tables[key.table].path.size() < table.size())
      last = &key;
  return last;
}

/// The lines of a table's header and of our marker before it, with the empty line before those.
void erase_header(std::string& text, const TomlTable& table) {
  std::size_t begin = line_begin(text, table.begin);
  const std::size_t end = next_line(text, table.end);
  const std::size_t above = begin == 0 ? 0 : line_begin(text, begin - 1);
  if (text.compare(above, marker.size(), marker) == 0) begin = above;
  if (begin > 0) {
    const std::size_t empty = line_begin(text, begin - 1);
    if (text.find_first_not_of(" \t\r\n", empty) >= begin) begin = empty;
  }
  text.erase(begin, end - begin);
}

}  // namespace

std::optional<Json> find_toml_value(const SettingsText& settings, const KeyPath& path) {
  const TomlDocument document = read_toml_document(settings.text, settings.file);
  Json table = Json::object();
  bool found = false;
  for (const TomlKey& key : document.keys) {
    if (begins_with(path, key.path)) {  // the value itself, or in an inline table
      const Json* value = &key.value;
      for (std::size_t i = key.path.size(); value != nullptr && i < path.size(); ++i)
        value = value->is_object() && value->contains(path[i]) ? &(*value)[path[i]] : nullptr;
      if (value != nullptr) return *value;
    } else if (begins_with(key.path, path)) {
      found = true;
      Json* place = &table;
      for (std::size_t i = path.size(); i < key.path.size(); ++i) place = &(*place)[key.path[i]];
      *place = key.value;
    }
  }
  return found ? std::optional<Json>(table) : std::nullopt;
}

std::vector<Change> put_toml(SettingsText& settings, const Setting& setting) {
  const TomlDocument document = read_toml_document(settings.text, settings.file);
  std::string& text = settings.text;
  const std::string value = mcp::text_of(setting.value);
  if (const TomlKey* key = find_key(document, setting.path)) {
    if (key->value == setting.value) return {};
    const Change change{setting, 0, text.substr(key->value_begin, key->end - key->value_begin), ""};
    text.replace(key->value_begin, key->end - key->value_begin, value);
    return {change};
  }
  for (const TomlKey& key : document.keys)
    if (begins_with(setting.path, key.path))
      throw config::BadInput(
          place_of(text, key.begin, settings.file),
          fmt::format("{} is written in one line; write it as a table, [{}], so that {} can be added",
                      text_of(key.path), spelled(key.path, 0), setting.path.back()));
  const KeyPath table = parent_of(setting.path);
  const std::string statement = spelled(setting.path.back()) + " = " + value;
  const std::size_t end = end_of_table(document, table);
  if (end != std::string::npos && !table.empty()) {
    insert_line(text, end, statement);
    return {{setting, 1, "", ""}};
  }
  if (const TomlKey* dotted = last_dotted(document, table)) {
    const std::size_t outer = document.tables[dotted->table].path.size();
    insert_line(text, dotted->end, spelled(setting.path, outer) + " = " + value);
    return {{setting, 1, "", ""}};
  }
  append_table(text, table, statement);
  return {{setting, 2, "", ""}};
}

bool take_toml_back(SettingsText& settings, const Change& change) {
  const KeyPath& path = change.setting.path;
  std::string& text = settings.text;
  const TomlDocument document = read_toml_document(text, settings.file);
  const TomlKey* key = find_key(document, path);
  if (key == nullptr) return change.was.empty();
  if (key->value != change.setting.value) return false;
  if (!change.was.empty()) {
    text.replace(key->value_begin, key->end - key->value_begin, change.was);
    return true;
  }
  const std::size_t begin = line_begin(text, key->begin);
  text.erase(begin, next_line(text, key->end) - begin);
  if (change.made < 2) return true;
  const KeyPath table = parent_of(path);
  const TomlDocument shorter = read_toml_document(text, settings.file);
  for (std::size_t i = 1; i < shorter.tables.size(); ++i) {
    const bool is_empty = std::none_of(shorter.keys.begin(), shorter.keys.end(),
                                       [&](const TomlKey& other) { return other.table == i; });
    if (shorter.tables[i].path == table && is_empty) {
      erase_header(text, shorter.tables[i]);
      return true;
    }
  }
  return true;
}

}  // namespace shelltool
