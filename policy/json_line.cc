#include "policy/json_line.h"

#include "sandbox/sys/text.h"

namespace policy {

void JsonLine::begin(std::string_view key) {
  if (!members_.empty()) members_ += ',';
  sys::append_json(members_, key);
  members_ += ':';
}

void JsonLine::add(std::string_view key, std::string_view value) {
  begin(key);
  sys::append_json(members_, value);
}

void JsonLine::add(std::string_view key, const std::vector<std::string>& values) {
  begin(key);
  members_ += '[';
  for (const std::string& value : values) {
    if (members_.back() != '[') members_ += ',';
    sys::append_json(members_, value);
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
