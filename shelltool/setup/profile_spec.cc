#include "shelltool/setup/profile_spec.h"

#include <fnmatch.h>

#include <algorithm>
#include <string_view>

#include "sandbox/guard/protected_names.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "shelltool/setup/session_profile.h"

namespace shelltool {
namespace {

using Strings = std::vector<std::string>;

constexpr std::string_view spoken[] = {"LANG",    "LANGUAGE", "LC_*",     "TZ",          "TERM",
                                       "COLUMNS", "LINES",    "NO_COLOR", "FORCE_COLOR", "COLORTERM"};

std::string name_in(const std::string& variable) { return variable.substr(0, variable.find('=')); }

bool is_like(const std::string& name, const std::string& pattern) {
  return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

/// None that leads to a file: a catalogue of messages has formats that a program prints by.
bool is_spoken(const std::string& name, std::string_view value) {
  const bool is_path = name == "TZ" ? value.starts_with('/') || value.starts_with(':') ||
                                          value.find("..") != std::string_view::npos
                                    : value.find('/') != std::string_view::npos;
  return !is_path && std::any_of(std::begin(spoken), std::end(spoken), [&](std::string_view pattern) {
    return is_like(name, std::string(pattern));
  });
}

bool has(const Strings& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

void add_once(Strings& list, const Strings& more) {
  for (const std::string& word : more)
    if (!has(list, word)) list.push_back(word);
}

/// Profiles that every version has.
std::optional<config::Profile> plain_profile(const std::string& name) {
  config::Profile profile;
  profile.name = name;
  if (name == "read-only") profile.mode = config::Mode::read_only;
  if (name == "workspace-write") profile.mode = config::Mode::workspace_write;
  if (name == "unconfined") {
    profile.mode = config::Mode::danger_full_access;
    profile.network = config::NetworkMode::full;
  }
  return profile.mode ? std::make_optional(profile) : std::nullopt;
}

/// What was taken from the session while it ran.
void narrow(sandbox::Spec& spec, const sandbox::Spec& built, const sandbox::Spec& now) {
  if (now.mode != built.mode) spec.mode = std::min(spec.mode, now.mode);
  if (spec.mode == sandbox::Mode::danger_full_access) return;  // what is narrowed else is the session's bound
  if (now.network != built.network) spec.network = std::min(spec.network, now.network);
  if (now.writable == built.writable) return;
  std::erase_if(spec.writable, [&](const std::string& root) {
    return has(built.writable, root) && !has(now.writable, root);
  });
  add_once(spec.writable, now.writable);
}

/// A guard watches the workspace of a session that may write it: what it found is protected here, too.
void protect(sandbox::Spec& spec, const Plan& plan) {
  if (spec.mode != sandbox::Mode::workspace_write) return;
  if (plan.made.spec.mode == sandbox::Mode::workspace_write) {
    add_once(spec.protect, plan.made.spec.protect);
    return;
  }
  add_once(spec.protect, sandbox::find_protected_names(spec.writable, plan.config.sandbox.protect).protect);
}

/// Two overlays must not share an upper half, so what a session sees of its caches is mounted here, too.
std::vector<sandbox::Caches> lent_caches(const sandbox::Spec& session) {
  std::vector<sandbox::Caches> lent;
  for (const sandbox::Caches& caches : session.caches)
    for (const std::string& path : caches.paths) lent.push_back({path, {path}, "", ""});
  return lent;
}

}  // namespace

config::Profile profile_named(const std::string& name, const policy::RuleSet& rules, const Strings& argv) {
  if (const policy::Profile* const owners = policy::find_profile(rules.profiles(), name))
    return owners->settings;
  if (auto plain = plain_profile(name)) return *plain;
  return choose_profile(name, argv);
}

sandbox::Spec profile_spec(const Plan& plan, const config::Profile& profile, const sandbox::Spec& now) {
  config::Config config = plan.config;
  if (profile.mode) config.mode = *profile.mode;
  if (profile.network) config.network.mode = *profile.network;
  const bool is_lent = config.sandbox.caches == config::Caches::private_ && !now.caches.empty();
  if (config.sandbox.caches == config::Caches::private_ && !is_lent)
    config.sandbox.caches = config::Caches::none;
  config.network.publish.clear();  // a port outside is one sandbox's, the session's
  OpenedPaths opened = lay_over(config, profile, plan.made.identity, plan.caller);
  const sandbox::Spec& session = plan.made.spec;
  sandbox::Spec spec =
      make_spec({config, plan.places, plan.workspace, plan.caller, {}, session.cwd, {}, std::move(opened)})
          .spec;
  if (session.mode == sandbox::Mode::workspace_write && spec.mode == sandbox::Mode::workspace_write)
    add_once(spec.writable, session.writable);
  if (spec.mode != sandbox::Mode::danger_full_access) spec.caches = lent_caches(now);
  spec.nested_namespaces = profile.nested_namespaces.value_or(false);
  if (spec.nested_namespaces && spec.user.inside_uid == 0)
    throw sys::Error(
        sys::Kind::unsupported,
        "nested_namespaces: the command appears as root without root's rights, and the kernel lets "
        "such a one make no user namespace that is of use; name another user in sandbox.user");
  if (!profile.publish.empty() && spec.publish.empty())
    throw sys::Error(sys::Kind::unsupported, "`publish`: it has the host's own network");
  add_once(spec.own, session.own);
  add_once(spec.own_hidden, session.own_hidden);
  protect(spec, plan);
  narrow(spec, session, now);
  return spec;
}

sandbox::Spec spec_beside(const sandbox::Spec& now) {
  sandbox::Spec spec = now;
  spec.caches = lent_caches(now);
  spec.publish.clear();
  return spec;
}

Strings environment_into(const sandbox::Spec& profile, const Strings& callers) {
  Strings env = profile.env;
  for (const std::string& variable : callers) {
    const std::string name = name_in(variable);
    if (!is_spoken(name, std::string_view(variable).substr(std::min(name.size() + 1, variable.size()))))
      continue;
    std::erase_if(env, [&](const std::string& ours) { return name_in(ours) == name; });
    env.push_back(variable);
  }
  return env;
}

Strings environment_out_of(const config::Profile& profile, const sandbox::Spec& session,
                           const Strings& callers) {
  Strings env;
  for (const std::string& variable : callers) {
    const std::string name = name_in(variable);
    const bool is_added = profile.set.count(name) > 0 ||
                          std::any_of(profile.pass.begin(), profile.pass.end(),
                                      [&](const std::string& pattern) { return is_like(name, pattern); });
    if (!is_added || has(session.env, variable)) env.push_back(variable);
  }
  return env;
}

}  // namespace shelltool
