#pragma once
/// Settings in JSON, edited in place. For settings.cc; the promises stand in settings.h.

#include "shelltool/hosts/settings.h"

namespace shelltool {

std::optional<mcp::Json> find_json_value(const SettingsText& settings, const KeyPath& path);
bool json_holds(const SettingsText& settings, const Setting& setting);
/// Edits `settings.text`; returns what was done, nothing when it is so already.
std::vector<Change> put_json(SettingsText& settings, const Setting& setting);
/// False when somebody has changed it since, and it was left.
bool take_json_back(SettingsText& settings, const Change& change);

}  // namespace shelltool
