#include "shelltool/hosts/settings.h"

#include <algorithm>

#include "config/text.h"
#include "sandbox/sys/error.h"
#include "shelltool/hosts/json_settings.h"
#include "shelltool/hosts/toml_settings.h"

namespace shelltool {
namespace {

using mcp::Json;
using How = Setting::How;

constexpr const char* names_of_how[] = {"set", "set_last", "include"};

How how_of(const std::string& name) {
  const auto* found = std::find(std::begin(names_of_how), std::end(names_of_how), name);
  return found == std::end(names_of_how) ? How::set : static_cast<How>(found - std::begin(names_of_how));
}

std::vector<Change> put(SettingsText& settings, const Setting& setting) {
  return settings.syntax == Syntax::toml ? put_toml(settings, setting) : put_json(settings, setting);
}

}  // namespace

std::optional<Json> find_value(const SettingsText& settings, const KeyPath& path) {
  return settings.syntax == Syntax::toml ? find_toml_value(settings, path) : find_json_value(settings, path);
}

bool holds(const SettingsText& settings, const Setting& setting) {
  if (settings.syntax != Syntax::toml) return json_holds(settings, setting);
  return find_toml_value(settings, setting.path) == std::optional<Json>(setting.value);
}

Edited apply_settings(const SettingsText& settings, const std::vector<Setting>& wanted) {
  SettingsText edited = settings;
  Edited result;
  for (const Setting& setting : wanted)
    for (Change& change : put(edited, setting)) result.changes.push_back(std::move(change));
  // An edit that broke the text must not reach the disk.
  for (const Setting& setting : wanted)
    if (!holds(edited, setting))
      throw sys::Error(sys::Kind::internal, "{}: {} could not be written", settings.file,
                       text_of(setting.path));
  result.text = std::move(edited.text);
  return result;
}

Edited take_back(const SettingsText& settings, const std::vector<Change>& changes) {
  SettingsText edited = settings;
  Edited result;
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
    const bool done =
        settings.syntax == Syntax::toml ? take_toml_back(edited, *change) : take_json_back(edited, *change);
    if (!done)
      result.notes.push_back(
          fmt::format("{} was changed since, and stays as it is", text_of(change->setting.path)));
  }
  result.text = std::move(edited.text);
  return result;
}

bool says_nothing(const SettingsText& settings) {
  std::string rest;
  for (const char c : settings.text)
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') rest.push_back(c);
  return rest.empty() || (settings.syntax != Syntax::toml && rest == "{}");
}

Json json_of(const Change& change) {
  return {{"path", change.setting.path},
          {"value", change.setting.value},
          {"how", names_of_how[static_cast<std::size_t>(change.setting.how)]},
          {"made", change.made},
          {"was", change.was},
          {"before", change.before}};
}

Change change_of(const Json& json) {
  Change change;
  change.setting.path = json.at("path").get<KeyPath>();
  change.setting.value = json.at("value");
  change.setting.how = how_of(json.at("how").get<std::string>());
  change.made = json.at("made").get<std::size_t>();
  change.was = json.at("was").get<std::string>();
  change.before = json.at("before").get<std::string>();
  return change;
}

std::string text_of(const KeyPath& path) {
  std::string text;
  for (const std::string& key : path) text += (text.empty() ? "" : ".") + key;
  return text;
}

}  // namespace shelltool
