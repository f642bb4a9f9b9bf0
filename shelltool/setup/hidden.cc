#include "shelltool/setup/hidden.h"

#include <sys/stat.h>

#include <algorithm>

#include "policy/base_rules.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"

namespace shelltool {
namespace {

using Paths = std::vector<std::string>;

constexpr std::string_view home_prefix = "~/";

/// What rules say of credentials is hidden, too: one list, which costs a start no rule. What lies in a
/// directory is hidden with it.
std::vector<std::string_view> below_home() {
  std::vector<std::string_view> paths;
  for (const std::string_view word : policy::base_set("credential-files"))
    if (!word.ends_with("/**")) paths.push_back(word.substr(home_prefix.size()));
  return paths;
}

/// A variable that moves secrets, and where they are in the directory that it names ("" is the value itself).
struct Moved {
  const char* variable;
  const char* below;
};
constexpr Moved moved[] = {{"AWS_CONFIG_FILE", ""},
                           {"AWS_SHARED_CREDENTIALS_FILE", ""},
                           {"AZURE_CONFIG_DIR", ""},
                           {"CARGO_HOME", "credentials"},
                           {"CARGO_HOME", "credentials.toml"},
                           {"CLAUDE_CONFIG_DIR", ".credentials.json"},
                           {"CLOUDSDK_CONFIG", ""},
                           {"CODEX_HOME", "auth.json"},
                           {"DOCKER_CONFIG", "config.json"},
                           {"GH_CONFIG_DIR", ""},
                           {"GNUPGHOME", ""},
                           {"GOOGLE_APPLICATION_CREDENTIALS", ""},
                           {"HISTFILE", ""},
                           {"KUBECONFIG", ""},
                           {"NETRC", ""},
                           {"NPM_CONFIG_USERCONFIG", ""},
                           {"PASSWORD_STORE_DIR", ""},
                           {"PGPASSFILE", ""},
                           {"XAUTHORITY", ""},
                           {"npm_config_userconfig", ""}};

/// XDG variables move what is below ".config" and its like.
constexpr Moved bases[] = {
    {"XDG_CONFIG_HOME", ".config/"}, {"XDG_DATA_HOME", ".local/share/"}, {"XDG_CACHE_HOME", ".cache/"}};

bool exists(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

void add_moved(Paths& paths, const Variables& variables, const Moved& entry) {
  const std::string values = value_of(variables, entry.variable);
  for (const std::string_view value : sys::split(values, ':'))  // KUBECONFIG is a list
    if (value.starts_with('/')) paths.push_back(sys::normal_path(entry.below, value));
}

void add_resolved(Paths& paths, const std::string& path) {
  const std::string real = sys::real_path_of_missing(path);
  if (std::find(paths.begin(), paths.end(), real) == paths.end()) paths.push_back(real);
}

/// As sandbox.hide means it: a relative path is below each root.
Paths absolute(const Paths& written, const std::string& home, const Paths& roots) {
  Paths paths;
  for (const std::string& entry : written) {
    const std::string path = expand_home(entry, home);
    if (path.starts_with('/')) paths.push_back(path);
    if (path.starts_with('/')) continue;
    for (const std::string& root : roots) paths.push_back(sys::normal_path(path, root));
  }
  return paths;
}

}  // namespace

std::vector<std::string> resolved_paths(const std::vector<std::string>& written, const std::string& home,
                                        const std::vector<std::string>& roots) {
  Paths paths;
  for (const std::string& path : absolute(written, home, roots)) add_resolved(paths, path);
  return paths;
}

std::string shown_path(const std::string& path, const std::string& home) {
  const bool is_inside = home.size() > 1 && sys::is_within(path, home);
  return sys::visible(is_inside ? "~" + path.substr(home.size()) : path);
}

std::string expand_home(const std::string& path, const std::string& home) {
  if (path == "~") return home;
  return path.starts_with("~/") ? sys::normal_path(path.substr(2), home) : path;
}

std::vector<std::string> default_hidden(const std::string& home, const Variables& variables) {
  Paths paths;
  const std::vector<std::string_view> below = below_home();
  for (const std::string_view name : below) paths.push_back(sys::normal_path(name, home));
  for (const Moved& base : bases) {
    const std::string directory = value_of(variables, base.variable);
    if (!directory.starts_with('/')) continue;
    for (const std::string_view name : below)
      if (name.starts_with(base.below))
        paths.push_back(sys::normal_path(name.substr(std::string_view(base.below).size()), directory));
  }
  for (const Moved& entry : moved) add_moved(paths, variables, entry);
  return paths;
}

std::vector<std::string> hideable_paths(const config::Config& config, const Identity& identity,
                                        const Variables& variables, const std::vector<std::string>& roots) {
  const std::string& home = identity.account.home;
  Paths paths = default_hidden(home, variables);
  for (const std::string& path : absolute(config.sandbox.hide, home, roots)) paths.push_back(path);
  return paths;
}

std::vector<std::string> hidden_paths(const config::Config& config, const Identity& identity,
                                      const Variables& variables, const std::vector<std::string>& roots) {
  const std::string& home = identity.account.home;
  const Paths unhide = resolved_paths(config.sandbox.unhide, home, roots);
  Paths paths;
  for (const std::string& path : default_hidden(home, variables)) {
    if (!exists(path)) continue;
    const std::string real = sys::real_path_of_missing(path);
    const auto holds = [&](const std::string& root) { return sys::is_within(root, real); };
    if (sys::is_within_any(real, unhide)) continue;
    if (std::any_of(roots.begin(), roots.end(), holds)) continue;
    add_resolved(paths, real);
  }
  for (const std::string& path : resolved_paths(config.sandbox.hide, home, roots)) add_resolved(paths, path);
  return paths;
}

}  // namespace shelltool
