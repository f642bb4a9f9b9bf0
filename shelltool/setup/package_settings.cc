#include "shelltool/setup/package_settings.h"

#include <sys/stat.h>

#include <algorithm>

#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/path.h"
#include "shelltool/setup/hidden.h"
#include "shelltool/setup/without_secrets.h"

namespace shelltool {
namespace {

using sandbox::Held;
using Paths = std::vector<std::string>;

constexpr std::size_t largest = 1U << 20;

struct Settings {
  const char* path;  ///< below "~/", below a variable's directory as "$NAME/", or "$NAME": what it is
  SettingsForm form;
};
constexpr Settings known[] = {{"~/.npmrc", SettingsForm::npmrc},
                              {"$NPM_CONFIG_USERCONFIG", SettingsForm::npmrc},
                              {"$npm_config_userconfig", SettingsForm::npmrc},
                              {"~/.yarnrc.yml", SettingsForm::yarnrc},
                              {"~/.yarnrc", SettingsForm::lines},
                              {"~/.config/pip/pip.conf", SettingsForm::lines},
                              {"$XDG_CONFIG_HOME/pip/pip.conf", SettingsForm::lines},
                              {"~/.pip/pip.conf", SettingsForm::lines},
                              {"$PIP_CONFIG_FILE", SettingsForm::lines},
                              {"~/.config/uv/uv.toml", SettingsForm::lines},
                              {"$XDG_CONFIG_HOME/uv/uv.toml", SettingsForm::lines},
                              {"$UV_CONFIG_FILE", SettingsForm::lines},
                              {"~/.config/pypoetry/config.toml", SettingsForm::lines},
                              {"~/.config/go/env", SettingsForm::lines},
                              {"~/.cargo/config.toml", SettingsForm::lines},
                              {"$CARGO_HOME/config.toml", SettingsForm::lines},
                              {"~/.m2/settings.xml", SettingsForm::xml},
                              {"~/.nuget/NuGet/NuGet.Config", SettingsForm::xml}};

/// Empty where the variable is not set to a path.
std::string expanded(std::string_view path, const std::string& home, const Variables& variables) {
  if (!path.starts_with('$')) return expand_home(std::string(path), home);
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string value = value_of(variables, path.substr(1, end - 1));
  return value.starts_with('/') ? sys::normal_path(path.substr(std::min(end + 1, path.size())), value) : "";
}

bool has(const Paths& list, const std::string& path) {
  return std::find(list.begin(), list.end(), path) != list.end();
}

/// What nobody here may read the command cannot read either.
std::optional<Held> shown(const std::string& path, SettingsForm form, bool is_hidden) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  if (static_cast<std::size_t>(status.st_size) > largest) return Held{path, Held::As::hidden, {}};
  try {
    const std::string text = sys::read_file(path, largest);
    std::string clean = without_secrets(text, form);
    if (!is_hidden && clean == text) return std::nullopt;
    return Held{path, Held::As::replaced, std::move(clean)};
  } catch (const sys::SysError&) {
    return std::nullopt;
  }
}

}  // namespace

std::vector<Held> package_settings(const config::Config& config, const Identity& identity,
                                   const Variables& variables, const Paths& hidden) {
  const std::string& home = identity.account.home;
  const auto is_within_one = [&](const std::string& path, const Paths& written) {
    return std::any_of(written.begin(), written.end(), [&](const std::string& entry) {
      const std::string other = expand_home(entry, home);
      return other.starts_with('/') && sys::is_within(path, sys::real_path_of_missing(other));
    });
  };
  std::vector<Held> all;
  for (const Settings& settings : known) {
    const std::string written = expanded(settings.path, home, variables);
    const auto path = written.empty() ? std::nullopt : sys::real_path(written);
    if (!path || is_within_one(*path, config.sandbox.unhide) || is_within_one(*path, config.sandbox.hide))
      continue;
    const auto is_it = [&](const Held& held) { return held.path == *path; };
    if (std::any_of(all.begin(), all.end(), is_it)) continue;
    if (auto held = shown(*path, settings.form, has(hidden, *path))) all.push_back(std::move(*held));
  }
  return all;
}

}  // namespace shelltool
