#include "shelltool/setup/package_settings.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/path.h"
#include "shelltool/setup/hidden.h"
#include "shelltool/setup/without_secrets.h"

namespace shelltool {
namespace {

using sandbox::Held;
using Paths = std::vector<std::string>;

constexpr std::size_t largest = 64U << 10;

struct Settings {
  const char* path;  ///< below "~/", below a variable's directory as "$NAME/", or "$NAME": what it is
  SettingsForm form;
  bool is_hidden = false;  ///< by default
};
constexpr Settings known[] = {{"~/.npmrc", SettingsForm::npmrc, true},
                              {"$NPM_CONFIG_USERCONFIG", SettingsForm::npmrc, true},
                              {"$npm_config_userconfig", SettingsForm::npmrc, true},
                              {"~/.yarnrc.yml", SettingsForm::yarnrc, true},
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
                              {"~/.config/pnpm/rc", SettingsForm::lines},
                              {"$XDG_CONFIG_HOME/pnpm/rc", SettingsForm::lines},
                              {"~/.bunfig.toml", SettingsForm::lines},
                              {"~/.condarc", SettingsForm::lines},
                              {"~/.gradle/gradle.properties", SettingsForm::lines},
                              {"$GRADLE_USER_HOME/gradle.properties", SettingsForm::lines},
                              {"~/.gitconfig", SettingsForm::urls},
                              {"~/.config/git/config", SettingsForm::urls},
                              {"$XDG_CONFIG_HOME/git/config", SettingsForm::urls},
                              {"~/.m2/settings.xml", SettingsForm::xml},
                              {"~/.nuget/NuGet/NuGet.Config", SettingsForm::xml, true}};

/// Empty where the variable is not set to a path.
std::string expanded(std::string_view path, const std::string& home, const Variables& variables) {
  if (!path.starts_with('$')) return expand_home(std::string(path), home);
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string value = value_of(variables, path.substr(1, end - 1));
  return value.starts_with('/') ? sys::normal_path(path.substr(std::min(end + 1, path.size())), value) : "";
}

/// Whether the command's user could have read it. Who may by another of his groups only is not told apart.
bool may_read(const sandbox::User& user, const struct stat& status) {
  const uid_t uid = user.map_ids ? user.inside_uid : user.uid;
  const gid_t gid = user.map_ids ? user.inside_gid : user.gid;
  const mode_t needed = status.st_uid == uid ? S_IRUSR : status.st_gid == gid ? S_IRGRP : S_IROTH;
  return (status.st_mode & needed) != 0;
}

/// What is no file of the disk's, as in /proc, may be without end.
std::string text_of(const std::string& path, const Identity& identity) {
  const sys::Fd file = sys::try_open_at(AT_FDCWD, path, O_RDONLY | O_NONBLOCK, {sys::Reach::anywhere, false});
  if (!file) throw sys::SysError(errno, "opening {}", path);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw sys::SysError(errno, "examining {}", path);
  if (!S_ISREG(status.st_mode)) throw sys::Error(sys::Kind::invalid, "{} is no file", path);
  // Root reads for another user, whose links may lead to what is not his.
  if (!identity.is_caller && !may_read(identity.user, status))
    throw sys::Error(sys::Kind::denied, "{} is not the command's to read", path);
  return sys::read_all(file.get(), largest, path);
}

/// What nobody here may read the command cannot read either.
std::optional<Held> shown(const std::string& path, SettingsForm form, bool is_hidden,
                          const Identity& identity) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  try {
    const std::string text = text_of(path, identity);
    std::string clean = without_secrets(text, form);
    if (!is_hidden && clean == text) return std::nullopt;
    return Held{path, Held::As::replaced, std::move(clean)};
  } catch (const sys::SysError&) {
    return std::nullopt;
  } catch (const sys::Error&) {
    return Held{path, Held::As::hidden, {}};
  }
}

/// A command may have made a link, to what is hidden or to what it may not read. Where only settings that are
/// known to be harmless are kept that does no harm, but a link of the owner's may be for good.
bool is_led_astray(const Settings& settings, const std::string& written, const std::string& real,
                   const Paths& roots, const Paths& hidden) {
  const bool keeps_known = settings.form == SettingsForm::npmrc || settings.form == SettingsForm::yarnrc;
  if (settings.is_hidden) return !keeps_known && written != real;
  return sys::is_within_any(real, hidden) || sys::is_within_any(real, roots) ||
         sys::is_within_any(written, roots);
}

}  // namespace

Paths package_setting_paths(const Identity& identity, const Variables& variables) {
  Paths paths;
  for (const Settings& settings : known)
    if (std::string path = expanded(settings.path, identity.account.home, variables); !path.empty())
      paths.push_back(std::move(path));
  return paths;
}

std::vector<Held> package_settings(const config::Config& config, const Identity& identity,
                                   const Variables& variables, const Paths& roots, const Paths& hidden) {
  const std::string& home = identity.account.home;
  Paths chosen = resolved_paths(config.sandbox.unhide, home, roots);
  for (std::string& path : resolved_paths(config.sandbox.hide, home, roots))
    chosen.push_back(std::move(path));
  std::vector<Held> all;
  for (const Settings& settings : known) {
    const std::string written = expanded(settings.path, home, variables);
    const auto real = written.empty() ? std::nullopt : sys::real_path(written);
    if (!real || sys::is_within_any(*real, chosen) || is_led_astray(settings, written, *real, roots, hidden))
      continue;
    const auto is_it = [&](const Held& held) { return held.path == *real; };
    if (std::any_of(all.begin(), all.end(), is_it)) continue;
    const bool is_hidden = std::find(hidden.begin(), hidden.end(), *real) != hidden.end();
    if (auto held = shown(*real, settings.form, is_hidden, identity)) all.push_back(std::move(*held));
  }
  return all;
}

}  // namespace shelltool
