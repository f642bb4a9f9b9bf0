#include "shelltool/hosts/json_settings.h"

#include <algorithm>

#include "shelltool/hosts/json_document.h"

namespace shelltool {
namespace {

using mcp::Json;
using How = Setting::How;

JsonPart document_of(const SettingsText& settings) {
  return read_json_document(settings.text, settings.file, settings.syntax == Syntax::jsonc);
}

/// The parts along a path: the root, then as far as the keys are there.
std::vector<const JsonPart*> walk(const JsonPart& root, const KeyPath& path) {
  std::vector<const JsonPart*> parts{&root};
  for (const std::string& key : path) {
    const JsonChild* child = parts.back()->find(key);
    if (child == nullptr) break;
    parts.push_back(&child->value);
  }
  return parts;
}

const JsonChild* find_item(const JsonPart& list, const Json& value) {
  const auto found = std::find_if(list.children.begin(), list.children.end(),
                                  [&](const JsonChild& item) { return item.value.value() == value; });
  return found == list.children.end() ? nullptr : &*found;
}

/// Of a key with a wildcard behind this one, which the host would read last.
bool is_beaten(const JsonPart& object, const JsonChild& child) {
  return std::any_of(object.children.begin(), object.children.end(), [&](const JsonChild& other) {
    return other.begin > child.begin && other.key.find('*') != std::string::npos;
  });
}

std::string_view newline_of(std::string_view text) {
  return text.find("\r\n") == std::string_view::npos ? "\n" : "\r\n";
}

/// The white space before the first thing on the line of `at`.
std::string_view indent_at(std::string_view text, std::size_t at) {
  const std::size_t begin = text.substr(0, at).rfind('\n') + 1;  // npos + 1 is 0
  const std::size_t end = std::min(text.find_first_not_of(" \t", begin), at);
  return text.substr(begin, end - begin);
}

bool begins_its_line(std::string_view text, std::size_t at) {
  const std::size_t newline = text.substr(0, at).rfind('\n');
  return newline != std::string_view::npos &&
         text.substr(newline + 1, at - newline - 1).find_first_not_of(" \t") == std::string_view::npos;
}

std::string unit_of(std::string_view text) {
  for (std::size_t line = text.find('\n'); line != std::string_view::npos; line = text.find('\n', line + 1)) {
    const std::size_t end = text.find_first_not_of(" \t", line + 1);
    if (end != std::string_view::npos && end > line + 1 && text[end] == '"')
      return std::string(text.substr(line + 1, end - line - 1));
  }
  return "  ";
}

/// The value on lines of its own, all but the first indented by `indent`.
std::string pretty(const Json& value, std::string_view text, std::string_view indent) {
  const std::string unit = unit_of(text);
  const std::string dumped =
      value.dump(static_cast<int>(unit.size()), unit[0], false, Json::error_handler_t::replace);
  std::string result;
  for (const char c : dumped) {
    if (c == '\n') {
      result.append(newline_of(text)).append(indent);
    } else {
      result.push_back(c);
    }
  }
  return result;
}

std::string quoted(const std::string& key) {
  return Json(key).dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Behind the last byte in `container` that is not white space before its bracket: comments stay before it.
std::size_t end_of_content(std::string_view text, const JsonPart& container) {
  return text.find_last_not_of(" \t\r\n", container.end - 2) + 1;
}

/// "key": value as the last member, or a value as the last item.
void append(std::string& text, const JsonPart& container, const std::string* key, const Json& value) {
  const std::string label = key == nullptr ? "" : quoted(*key) + ": ";
  const std::string newline(newline_of(text));
  if (container.begin == container.end) {  // an empty text
    text.append("{" + newline + "  " + label + pretty(value, text, "  ") + newline + "}" + newline);
    return;
  }
  const std::size_t end = end_of_content(text, container);
  if (container.children.empty()) {
    const std::string outer(indent_at(text, container.begin));
    const std::string indent = outer + unit_of(text);
    const std::string member = newline + indent + label + pretty(value, text, indent) + newline + outer;
    text.replace(end, container.end - 1 - end, member);
    return;
  }
  const JsonChild& last = container.children.back();
  const std::size_t behind = skip_space(text, last.value.end);
  const bool has_comma = text[behind] == ',';
  if (begins_its_line(text, last.begin)) {
    const std::string indent(indent_at(text, last.begin));
    text.insert(end, newline + indent + label + pretty(value, text, indent));
  } else {  // a comment may end the line: before that
    const std::string member = " " + label + value.dump(-1, ' ', false, Json::error_handler_t::replace);
    text.insert(has_comma ? behind + 1 : last.value.end, member);
  }
  if (!has_comma) text.insert(last.value.end, ",");
}

/// Takes the child out, with one comma and the white space before it.
void erase(std::string& text, const JsonPart& container, const JsonChild& child) {
  std::size_t begin = text.find_last_not_of(" \t\r\n", child.begin - 1) + 1;
  std::size_t end = child.value.end;
  const std::size_t behind = skip_space(text, end);
  const bool has_comma = text[behind] == ',';
  if (has_comma && text.find_first_not_of(" \t\r\n", end) == behind) {
    end = behind + 1;
  } else if (has_comma) {
    text.erase(behind, 1);
  }
  // Where a comment may end the line before, its newline stays unless another follows.
  const std::size_t next = text.find_first_not_of(" \t", end);
  if (text.find('\n', begin) < child.begin && text[next] != '\n' && text[next] != '\r') begin = child.begin;
  text.erase(begin, end - begin);
  const bool is_last = &child == &container.children.back();
  if (is_last && container.children.size() > 1 && !has_comma) {
    const std::size_t comma = skip_space(text, container.children[container.children.size() - 2].value.end);
    if (comma < text.size() && text[comma] == ',') text.erase(comma, 1);
  }
  if (container.children.size() > 1) return;
  const std::size_t open = container.begin + 1;
  const std::size_t close = text.find_first_not_of(" \t\r\n", open);
  if (text[close] == '}' || text[close] == ']') text.erase(open, close - open);
}

void insert_before(std::string& text, const JsonChild& next, const std::string& key, const std::string& raw) {
  const std::size_t gap = text.find_last_not_of(" \t\r\n", next.begin - 1) + 1;
  text.insert(next.begin, quoted(key) + ": " + raw + "," + text.substr(gap, next.begin - gap));
}

std::string raw_of(const std::string& text, const JsonPart& part) {
  return text.substr(part.begin, part.end - part.begin);
}

[[noreturn]] void fail_shape(const SettingsText& settings, const JsonPart& part, const KeyPath& path,
                             const char* shape) {
  throw config::BadInput(place_of(settings.text, part.begin, settings.file),
                         fmt::format("{} is no {}", text_of(path), shape));
}

/// Keys from `index` on, around the value.
Json nested(const Setting& setting, std::size_t index) {
  Json value = setting.how == How::include ? Json::array({setting.value}) : setting.value;
  for (std::size_t i = setting.path.size(); i-- > index;) value = Json{{setting.path[i], value}};
  return value;
}

std::vector<Change> replace(SettingsText& settings, const JsonPart& object, const JsonChild& child,
                            const Setting& setting) {
  Change change{setting, 0, raw_of(settings.text, child.value), ""};
  if (setting.how == How::set_last && is_beaten(object, child)) {
    change.before = (&child + 1)->key;
    erase(settings.text, object, child);
    const JsonPart root = document_of(settings);
    append(settings.text, *walk(root, KeyPath(setting.path.begin(), setting.path.end() - 1)).back(),
           &setting.path.back(), setting.value);
  } else {
    const std::string indent(indent_at(settings.text, child.begin));
    settings.text.replace(child.value.begin, child.value.end - child.value.begin,
                          pretty(setting.value, settings.text, indent));
  }
  return {change};
}

/// A word in place of an object is short for {"*": word}, where the host reads it so.
std::vector<Change> widen(SettingsText& settings, const JsonPart& word, const KeyPath& path) {
  const Change change{
      {path, Json{{"*", word.scalar}}, How::set, "", false}, 0, raw_of(settings.text, word), ""};
  settings.text.replace(word.begin, word.end - word.begin,
                        pretty(change.setting.value, settings.text, indent_at(settings.text, word.begin)));
  return {change};
}

}  // namespace

std::optional<Json> find_json_value(const SettingsText& settings, const KeyPath& path) {
  const JsonPart root = document_of(settings);
  const auto parts = walk(root, path);
  if (parts.size() <= path.size()) return std::nullopt;
  return parts.back()->value();
}

bool json_holds(const SettingsText& settings, const Setting& setting) {
  const JsonPart root = document_of(settings);
  const auto parts = walk(root, setting.path);
  if (parts.size() <= setting.path.size()) return false;
  if (setting.how == How::include) return find_item(*parts.back(), setting.value) != nullptr;
  if (parts.back()->value() != setting.value) return false;
  const JsonPart& object = *parts[parts.size() - 2];
  return setting.how != How::set_last || !is_beaten(object, *object.find(setting.path.back()));
}

std::vector<Change> put_json(SettingsText& settings, const Setting& setting) {
  if (json_holds(settings, setting)) return {};
  const JsonPart root = document_of(settings);
  const auto parts = walk(root, setting.path);
  const std::size_t found = parts.size() - 1;
  const JsonPart& last = *parts.back();
  if (found == setting.path.size()) {
    if (setting.how != How::include) {
      const JsonPart& object = *parts[found - 1];
      return replace(settings, object, *object.find(setting.path.back()), setting);
    }
    if (last.kind != JsonPart::Kind::array) fail_shape(settings, last, setting.path, "list");
    append(settings.text, last, nullptr, setting.value);
    return {{setting, 0, "", ""}};
  }
  const KeyPath outer(setting.path.begin(), setting.path.begin() + static_cast<std::ptrdiff_t>(found));
  if (last.kind != JsonPart::Kind::object) {
    const bool may_widen =
        setting.how == How::set_last && last.scalar.is_string() && found + 1 == setting.path.size();
    if (!may_widen) fail_shape(settings, last, outer, "object");
    std::vector<Change> changes = widen(settings, last, outer);
    for (const Change& change : put_json(settings, setting)) changes.push_back(change);
    return changes;
  }
  append(settings.text, last, &setting.path[found], nested(setting, found + 1));
  return {{setting, setting.path.size() - found, "", ""}};
}

namespace {

/// Takes out the key at the end of the path, and the keys above it that were made for it and are empty now.
void erase_key(SettingsText& settings, KeyPath path, std::size_t made) {
  for (std::size_t level = 0; level < std::max<std::size_t>(made, 1); ++level, path.pop_back()) {
    const JsonPart root = document_of(settings);
    const auto parts = walk(root, path);
    if (level > 0 && !parts.back()->children.empty()) return;
    const JsonPart& object = *parts[parts.size() - 2];
    erase(settings.text, object, *object.find(path.back()));
  }
}

void put_back(SettingsText& settings, const Change& change, const JsonPart& object, const JsonChild& child) {
  const KeyPath& path = change.setting.path;
  if (change.before.empty() || object.find(change.before) == nullptr) {
    settings.text.replace(child.value.begin, child.value.end - child.value.begin, change.was);
    return;
  }
  erase(settings.text, object, child);
  const JsonPart root = document_of(settings);
  const JsonPart& shorter = *walk(root, KeyPath(path.begin(), path.end() - 1)).back();
  insert_before(settings.text, *shorter.find(change.before), path.back(), change.was);
}

}  // namespace

bool take_json_back(SettingsText& settings, const Change& change) {
  const KeyPath& path = change.setting.path;
  const JsonPart root = document_of(settings);
  const auto parts = walk(root, path);
  if (parts.size() <= path.size()) return change.was.empty();
  const JsonPart& part = *parts.back();
  if (change.setting.how == How::include) {
    const JsonChild* item = find_item(part, change.setting.value);
    if (item == nullptr) return true;
    const bool is_alone = part.children.size() == 1;
    if (change.made > 0 && is_alone) {
      erase_key(settings, path, change.made);
    } else {
      erase(settings.text, part, *item);
    }
    return true;
  }
  if (part.value() != change.setting.value) return false;
  const JsonPart& object = *parts[parts.size() - 2];
  if (change.was.empty()) {
    erase_key(settings, path, change.made);
  } else {
    put_back(settings, change, object, *object.find(path.back()));
  }
  return true;
}

}  // namespace shelltool
