#include "shelltool/setup/session_profile.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "config/frozen.h"
#include "config/text.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "shelltool/profiles.inc"
#include "shelltool/setup/hidden.h"

namespace shelltool {
namespace {

using Strings = std::vector<std::string>;

constexpr std::string_view runners[] = {"node", "nodejs", "bun", "npx", "bunx", "python"};

/// "claude" for /usr/bin/claude, and "codex" for codex.js.
std::string program_name(const std::string& path) {
  std::string name = sys::base_name(path);
  for (const std::string_view end : {".js", ".mjs", ".cjs", ".exe"})
    if (name.ends_with(end)) name.resize(name.size() - end.size());
  return name;
}

/// "@openai/codex" for "@openai/codex@latest".
std::string without_version(const std::string& package) {
  const std::size_t at = package.find('@', 1);
  return package.substr(0, at);
}

/// "pip" for pip3.11.
std::string without_number(const std::string& program) {
  return program.substr(0, program.find_last_not_of("0123456789.") + 1);
}

bool is_runner(const std::string& name) {
  return std::find(std::begin(runners), std::end(runners), name) != std::end(runners);
}

/// Of runners: the word behind it is its value.
bool takes_value(const std::string& option) {
  constexpr std::string_view options[] = {"-W", "-X", "-r", "--require", "--import"};
  return std::find(std::begin(options), std::end(options), option) != std::end(options);
}

/// What names a program: its name, and behind node, npx and python their first word that is no option.
Strings names_in(const Strings& argv) {
  const std::string name = program_name(argv.front());
  Strings names = {name, without_number(name)};
  if (std::none_of(names.begin(), names.end(), is_runner)) return names;
  for (std::size_t i = 1; i < argv.size(); ++i) {
    if (!argv[i].starts_with('-')) return {program_name(argv[i]), without_version(argv[i])};
    if (takes_value(argv[i])) ++i;
  }
  return names;
}

/// "agent" is "agent.claude" for claude.
bool is_of_family(const config::Profile& profile, const std::string& family) {
  return profile.name.size() > family.size() + 1 && profile.name.starts_with(family + ".");
}

config::Profile profile_of_family(const std::vector<config::Profile>& profiles, const std::string& family,
                                  const Strings& argv) {
  const Strings names = argv.empty() ? Strings{""} : names_in(argv);
  Strings known;
  for (const config::Profile& profile : profiles) {
    if (!is_of_family(profile, family)) continue;
    for (const std::string& name : names)
      if (std::find(profile.programs.begin(), profile.programs.end(), name) != profile.programs.end())
        return profile;
    known.push_back(profile.name);
  }
  throw sys::Error(sys::Kind::invalid,
                   "profile {}: {} is no program that there is one for; name one of them: {}", family,
                   config::shown(names.front()), fmt::join(known, ", "));
}

/// Nothing where the variable that it begins with is not set to a path.
std::optional<std::string> expand(const std::string& path, const Identity& identity, const Caller& caller) {
  if (!path.starts_with('$')) return expand_home(path, identity.account.home);
  const std::size_t end = path.find('/');
  const std::string value = value_of(caller.variables, path.substr(1, end - 1));
  if (!identity.is_caller || !value.starts_with('/')) return std::nullopt;
  return sys::normal_path(path.substr(end + 1), value);
}

Strings expand_all(const Strings& paths, const Identity& identity, const Caller& caller) {
  Strings expanded;
  for (const std::string& path : paths)
    if (auto real = expand(path, identity, caller)) expanded.push_back(std::move(*real));
  return expanded;
}

void add(Strings& list, const Strings& more) { list.insert(list.end(), more.begin(), more.end()); }

bool passes(const config::Profile& profile, const std::string& name) {
  return std::any_of(profile.pass.begin(), profile.pass.end(), [&](const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
  });
}

/// What the system's file states about the environment stays as it is.
void add_environment(config::Config& config, const config::Profile& profile, const Identity& identity,
                     const Caller& caller) {
  if (config.held.count("env.pass") == 0) add(config.env.pass, profile.pass);
  for (const auto& [name, value] : profile.set) {
    const bool is_callers = caller.variables.count(name) > 0 && passes(profile, name);
    if (!is_callers && config.held.count("env.set." + name) == 0)
      config.env.set.emplace(name, expand_home(value, identity.account.home));
  }
}

/// The system's file says which there can be at all.
void add_sockets(config::Config& config, Strings sockets) {
  Strings& all = config.sandbox.sockets;
  const auto is_there = [&](const std::string& socket) {
    return std::find(all.begin(), all.end(), socket) != all.end();
  };
  const bool is_held = config.held.count("sandbox.sockets") > 0;
  if (is_held && !sockets.empty() && std::none_of(sockets.begin(), sockets.end(), is_there))
    throw sys::Error(sys::Kind::denied, "sandbox.sockets of the system's config has none of its sockets: {}",
                     fmt::join(sockets, ", "));
  if (is_held) return;
  std::erase_if(sockets, is_there);
  add(all, sockets);
}

void add_ports(config::Config& config, const std::vector<config::Publish>& ports) {
  if (ports.empty()) return;
  if (config.held.count("network.publish") > 0)
    throw sys::Error(sys::Kind::denied, "network.publish of the system's config says which ports there are");
  std::vector<config::Publish>& all = config.network.publish;
  for (const config::Publish& port : ports)
    if (std::find(all.begin(), all.end(), port) == all.end()) all.push_back(port);
}

}  // namespace

std::vector<config::Profile> builtin_profiles() {
  const config::Node document = config::thaw(frozen_profiles, "builtin:profiles");
  return config::read_profiles(*config::find(document, "profiles"));
}

bool runs_scripts(const std::string& path) {
  const std::string name = program_name(path);
  return is_runner(name) || is_runner(without_number(name));
}

config::Profile choose_profile(const std::string& name, const Strings& argv) {
  std::vector<config::Profile> profiles = builtin_profiles();
  if (std::any_of(profiles.begin(), profiles.end(),
                  [&](const config::Profile& profile) { return is_of_family(profile, name); }))
    return profile_of_family(profiles, name, argv);
  for (const char* family : {"agent", "registry"}) {  // so that "agnet" is near one
    profiles.push_back({});
    profiles.back().name = family;
  }
  return config::find_profile(profiles, name);
}

std::string profile_showing(const std::string& path, const std::vector<config::Profile>& profiles,
                            const Identity& identity, const Caller& caller) {
  const auto names_it = [&](const Strings& written) {
    Strings paths = expand_all(written, identity, caller);
    for (std::string& each : paths) each = sys::real_path_of_missing(each);
    return sys::is_within_any(path, paths);
  };
  for (const config::Profile& profile : profiles)
    if (names_it(profile.unhide) || names_it(profile.sockets))
      return profile.programs.empty() ? profile.name : profile.name.substr(0, profile.name.find('.'));
  return {};
}

std::string note_for(const config::Profile& profile, const Strings& argv) {
  const auto contains = [&](const std::string& part) {
    return std::any_of(argv.begin(), argv.end(),
                       [&](const std::string& word) { return word.find(part) != std::string::npos; });
  };
  const auto& unless = profile.note.unless;
  return std::any_of(unless.begin(), unless.end(), contains) ? "" : profile.note.say;
}

CommonOptions with_profile(CommonOptions options, const config::Profile& profile) {
  if (!options.mode) options.mode = profile.mode;
  if (!options.network) options.network = profile.network;
  return options;
}

OpenedPaths lay_over(config::Config& config, const config::Profile& profile, const Identity& identity,
                     const Caller& caller) {
  const auto expanded = [&](const std::string& path) { return expand(path, identity, caller); };
  add(config.sandbox.hide, expand_all(profile.hide, identity, caller));
  add(config.sandbox.unhide, expand_all(profile.unhide, identity, caller));
  add(config.sandbox.protect, expand_all(profile.protect, identity, caller));
  add_environment(config, profile, identity, caller);
  for (const config::Node& limits : profile.limits)
    config::apply_limits(config, limits, config::ConfigLayer::user);
  add_sockets(config, expand_all(profile.sockets, identity, caller));
  add_ports(config, profile.publish);
  OpenedPaths opened;
  for (const std::string& path : profile.write)
    if (const auto real = expanded(path)) opened.write.push_back(*real + (path.ends_with('/') ? "/" : ""));
  for (const auto& [path, original] : profile.copy) {
    const auto to = expanded(path), from = expanded(original);
    if (to && from) opened.copy.emplace(*to, *from);
  }
  return opened;
}

}  // namespace shelltool
