#include "policy/json_line.h"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/sys/text.h"

namespace policy {
namespace {

bool is_plain(char c) { return c >= ' ' && c < '\x7F' && c != '"' && c != '\\'; }

}  // namespace

void JsonLine::begin(std::string_view key) {
  if (!members_.empty()) members_ += ',';
  append(key);
  members_ += ':';
}

void JsonLine::append(std::string_view text) {
  members_ += '"';
  for (;;) {
    const auto plain = std::find_if_not(text.begin(), text.end(), is_plain);
    members_.append(text.begin(), plain);
    text.remove_prefix(static_cast<std::size_t>(plain - text.begin()));
    if (text.empty()) break;
    const char c = text.front();
    const std::size_t length = sys::utf8_length(text);
    if (length == 0) {
      members_ += "\xEF\xBF\xBD";
    } else if (static_cast<unsigned char>(c) < ' ') {
      members_ += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      if (c == '"' || c == '\\') members_ += '\\';
      members_.append(text.substr(0, length));
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  members_ += '"';
}

void JsonLine::add(std::string_view key, std::string_view value) {
  begin(key);
  append(value);
}

void JsonLine::add(std::string_view key, const std::vector<std::string>& values) {
  begin(key);
  members_ += '[';
  for (const std::string& value : values) {
    if (members_.back() != '[') members_ += ',';
    append(value);
  }
  members_ += ']';
}

void JsonLine::add(std::string_view key, const JsonLine& object) {
  begin(key);
  members_.append(1, '{').append(object.members_).append(1, '}');
}

void JsonLine::add(std::string_view key, const std::vector<JsonLine>& objects) {
  begin(key);
  members_ += '[';
  for (const JsonLine& object : objects) {
    if (members_.back() != '[') members_ += ',';
    members_ += object.text();
  }
  members_ += ']';
}

void JsonLine::add_members(std::string_view object) {
  const std::string_view members = object.substr(1, object.size() - 2);
  if (!members_.empty() && !members.empty()) members_ += ',';
  members_ += members;
}

}  // namespace policy
