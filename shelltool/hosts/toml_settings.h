#pragma once
/// Settings in TOML, edited in place. For settings.cc; the promises stand in settings.h. There is no
/// `include` and no `set_last` here.

#include "shelltool/hosts/settings.h"

namespace shelltool {

std::optional<mcp::Json> find_toml_value(const SettingsText& settings, const KeyPath& path);
/// Edits `settings.text`; returns what was done, nothing when it is so already.
std::vector<Change> put_toml(SettingsText& settings, const Setting& setting);
/// False when somebody has changed it since, and it was left.
bool take_toml_back(SettingsText& settings, const Change& change);

}  // namespace shelltool
