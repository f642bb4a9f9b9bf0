#include "shelltool/setup/environment.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "config/text.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/setup/sign_ins.h"

namespace shelltool {
namespace {

constexpr std::string_view allowed[] = {
    // the user, the terminal, the place
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TERM", "COLORTERM", "NO_COLOR",
    "FORCE_COLOR", "CLICOLOR", "XDG_RUNTIME_DIR", "HOSTNAME", "CI", "SOURCE_DATE_EPOCH",
    // tool chains
    "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "CARGO_TARGET_DIR", "GOPATH", "GOROOT", "GOBIN",
    "GOCACHE", "GOMODCACHE", "GOFLAGS", "GOTOOLCHAIN", "JAVA_HOME", "JDK_HOME", "GRADLE_HOME",
    "GRADLE_USER_HOME", "MAVEN_HOME", "M2_HOME", "SDKMAN_DIR", "ANDROID_HOME", "ANDROID_SDK_ROOT",
    "KOTLIN_HOME", "SCALA_HOME", "NVM_DIR", "NVM_BIN", "NVM_INC", "NODE_PATH", "NODE_ENV", "VOLTA_HOME",
    "FNM_DIR", "PNPM_HOME", "BUN_INSTALL", "DENO_DIR", "COREPACK_HOME", "npm_config_cache",
    "npm_config_prefix", "YARN_GLOBAL_FOLDER", "PYENV_ROOT", "PYENV_VERSION", "VIRTUAL_ENV", "CONDA_PREFIX",
    "CONDA_DEFAULT_ENV", "CONDA_EXE", "MAMBA_ROOT_PREFIX", "POETRY_HOME", "PIPX_HOME", "UV_CACHE_DIR",
    "PIP_CACHE_DIR", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "RBENV_ROOT", "RBENV_VERSION", "GEM_HOME",
    "GEM_PATH", "BUNDLE_PATH", "rvm_path", "ASDF_DIR", "ASDF_DATA_DIR", "MISE_DATA_DIR", "DOTNET_ROOT",
    "DOTNET_CLI_HOME", "NUGET_PACKAGES", "COMPOSER_HOME", "COMPOSER_CACHE_DIR", "OPAMROOT",
    "OPAM_SWITCH_PREFIX", "GHCUP_INSTALL_BASE_PREFIX", "STACK_ROOT", "CABAL_DIR", "HEX_HOME", "MIX_HOME",
    "PUB_CACHE", "FLUTTER_ROOT", "JULIA_DEPOT_PATH", "R_HOME", "R_LIBS_USER", "PERL5LIB", "LUA_PATH",
    "CONAN_HOME", "VCPKG_ROOT", "CUDA_HOME", "CUDA_PATH", "ROCM_PATH", "NIX_PATH", "NIX_PROFILES",
    "HOMEBREW_PREFIX", "HOMEBREW_CELLAR",
    // compilers
    "CC", "CXX", "CPP", "LD", "AR", "AS", "NM", "RANLIB", "STRIP", "CFLAGS", "CXXFLAGS", "CPPFLAGS",
    "LDFLAGS", "MAKEFLAGS", "PKG_CONFIG_PATH", "PKG_CONFIG_LIBDIR", "ACLOCAL_PATH", "CMAKE_PREFIX_PATH",
    "CMAKE_GENERATOR", "CMAKE_BUILD_PARALLEL_LEVEL", "CMAKE_C_COMPILER_LAUNCHER",
    "CMAKE_CXX_COMPILER_LAUNCHER", "NINJA_STATUS", "CCACHE_DIR", "CCACHE_MAXSIZE", "SCCACHE_DIR", "RUSTFLAGS",
    "MANPATH", "INFOPATH",
    // certificates
    "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS",
    "GIT_SSL_CAINFO", "PIP_CERT", "CARGO_HTTP_CAINFO", "AWS_CA_BUNDLE", "NIX_SSL_CERT_FILE"};

// Where packages come from: without these, from the public registry.
constexpr std::string_view registries[] = {"GOPROXY",
                                           "GOPRIVATE",
                                           "GONOPROXY",
                                           "GONOSUMDB",
                                           "GOSUMDB",
                                           "GOINSECURE",
                                           "PIP_INDEX_URL",
                                           "PIP_EXTRA_INDEX_URL",
                                           "PIP_NO_INDEX",
                                           "PIP_FIND_LINKS",
                                           "PIP_CONFIG_FILE",
                                           "PIP_TRUSTED_HOST",
                                           "UV_INDEX",
                                           "UV_INDEX_URL",
                                           "UV_DEFAULT_INDEX",
                                           "UV_EXTRA_INDEX_URL",
                                           "UV_NO_INDEX",
                                           "UV_CONFIG_FILE",
                                           "npm_config_registry",
                                           "NPM_CONFIG_REGISTRY",
                                           "npm_config_userconfig",
                                           "NPM_CONFIG_USERCONFIG",
                                           "YARN_REGISTRY",
                                           "YARN_NPM_REGISTRY_SERVER",
                                           "COREPACK_NPM_REGISTRY",
                                           "BUN_CONFIG_REGISTRY",
                                           "CARGO_REGISTRY_DEFAULT"};

constexpr std::string_view proxies[] = {"http_proxy", "https_proxy", "all_proxy", "no_proxy",
                                        "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"};

template <class List>
bool is_listed(const List& names, std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool is_allowed_family(std::string_view name) {
  return name.starts_with("LC_") || (name.starts_with("XDG_") && name.ends_with("_HOME"));
}

bool names_registry(std::string_view name) {
  return is_listed(registries, name) || (name.starts_with("CARGO_REGISTRIES_") && name.ends_with("_INDEX"));
}

bool is_allowed(const std::string& name, const EnvironmentSources& sources) {
  const auto& pass = sources.config.env.pass;
  if (is_listed(pass, name) || is_listed(allowed, name) || names_registry(name)) return true;
  if (looks_secret(name)) return false;
  return is_allowed_family(name) || (sources.has_network && is_listed(proxies, name)) ||
         std::any_of(pass.begin(), pass.end(), [&](const std::string& pattern) {
           return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
         });
}

/// "http://user:password@proxy".
bool has_password(const std::string& value) {
  const std::size_t scheme = value.find("://"), at = value.find('@');
  return scheme != std::string::npos && at != std::string::npos && scheme < at;
}

/// Who signs in is for `env.pass` to say.
std::string passed_value(const std::string& name, const std::string& value,
                         const EnvironmentSources& sources) {
  const auto& pass = sources.config.env.pass;
  const auto is_like = [&](const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
  };
  const bool is_whole = !names_registry(name) || std::any_of(pass.begin(), pass.end(), is_like);
  return is_whole ? value : without_sign_ins(value);
}

/// A path or a list of them, without those in `home`.
std::string without_entries_in(const std::string& path_list, const std::string& home) {
  if (home == "/") return path_list;
  std::vector<std::string_view> rest = sys::split(path_list, ':');
  std::erase_if(rest, [&](std::string_view entry) { return sys::is_within(entry, home); });
  return fmt::format("{}", fmt::join(rest, ":"));
}

/// The second without what the first has.
std::string joined_paths(const std::string& first, const std::string& second) {
  std::string joined = first;
  for (const std::string_view entry : sys::split(second, ':')) {
    const std::vector<std::string_view> known = sys::split(joined, ':');
    if (!is_listed(known, entry)) joined.append(":").append(entry);
  }
  return joined;
}

/// Values that only make sense to the process that had them, or to its user.
void drop_foreign(Variables& variables, const EnvironmentSources& sources) {
  // A jobserver's descriptors are not inherited.
  if (value_of(variables, "MAKEFLAGS").find("--jobserver") != std::string::npos) variables.erase("MAKEFLAGS");
  if (sources.identity.is_caller) return;
  for (auto variable = variables.begin(); variable != variables.end();) {
    const std::string rest = without_entries_in(variable->second, sources.caller_home);
    const bool is_foreign =
        variable->first.starts_with("XDG_") || (rest.empty() && !variable->second.empty());
    if (!is_foreign) variable->second = rest;
    variable = is_foreign ? variables.erase(variable) : std::next(variable);
  }
}

void set_identity(Variables& variables, const Account& account) {
  variables["HOME"] = account.home;
  const auto set = [&](const char* name, const std::string& value) {
    if (!value.empty()) variables[name] = value;
  };
  set("USER", account.name);
  set("LOGNAME", account.name);
  set("SHELL", account.shell);
}

}  // namespace

std::pair<std::string, std::string> parse_variable(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw sys::Error(sys::Kind::invalid, "expected a variable as NAME=value, found {}", config::shown(text));
  return {text.substr(0, equals), text.substr(equals + 1)};
}

bool looks_secret(const std::string& name) {
  constexpr std::array<std::string_view, 9> anywhere = {
      "token", "secret", "passw", "credential", "apikey", "passphrase", "cookie", "private", "authoriz"};
  const std::string small = config::lower(name);
  if (std::any_of(anywhere.begin(), anywhere.end(),
                  [&](std::string_view word) { return small.find(word) != std::string::npos; }))
    return true;
  constexpr std::array<std::string_view, 4> whole = {"key", "keys", "pat", "auth"};
  const std::vector<std::string_view> words = sys::split(small, '_');
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return is_listed(whole, word); });
}

Variables first_environment(const EnvironmentSources& sources) {
  Variables variables;
  for (const auto& [name, value] : sources.login) {
    const bool is_useless = is_listed(proxies, name) && !sources.has_network;
    const bool is_harmless = !looks_secret(name) && !has_password(value);
    if (!is_useless && (is_harmless || names_registry(name)))
      variables[name] = passed_value(name, value, sources);
  }
  const std::string login_path = value_of(variables, "PATH");
  for (const auto& [name, value] : sources.offered) {
    const bool is_proxy_with_password = is_listed(proxies, name) && has_password(value);
    if (is_allowed(name, sources) && !is_proxy_with_password)
      variables[name] = passed_value(name, value, sources);
  }
  if (!login_path.empty()) variables["PATH"] = joined_paths(value_of(variables, "PATH"), login_path);
  drop_foreign(variables, sources);
  if (value_of(variables, "PATH").empty()) variables["PATH"] = usual_path;
  set_identity(variables, sources.identity.account);
  variables["PWD"] = sources.cwd;
  variables["PAGER"] = "cat";
  variables["GIT_TERMINAL_PROMPT"] = "0";
  for (const auto& [name, value] : sources.config.env.set) variables[name] = value;
  for (const std::string& text : sources.extra) {
    const auto [name, value] = parse_variable(text);
    variables[name] = value;
  }
  return variables;
}

std::vector<std::string> strings_of(const Variables& variables) {
  std::vector<std::string> strings;
  for (const auto& [name, value] : variables) strings.push_back(name + "=" + value);
  return strings;
}

}  // namespace shelltool
