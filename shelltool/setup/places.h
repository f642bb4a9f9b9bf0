#pragma once
/// Where gatehouse's own files lie, and which of them a command may see.

#include <string>
#include <vector>

#include "shelltool/setup/account.h"

namespace shelltool {

/// Absolute, links as written: what a person would call them.
struct Places {
  std::string system = "/etc/gatehouse";
  std::string config;   ///< $XDG_CONFIG_HOME/gatehouse
  std::string state;    ///< $XDG_STATE_HOME/gatehouse
  std::string cache;    ///< $XDG_CACHE_HOME/gatehouse
  std::string runtime;  ///< $XDG_RUNTIME_DIR/gatehouse, where that is the caller's own; else state/run

  [[nodiscard]] std::string system_config() const { return system + "/config.yaml"; }
  [[nodiscard]] std::string system_rules() const { return system + "/rules.yaml"; }
  [[nodiscard]] std::string system_grants() const { return system + "/grants.yaml"; }
  [[nodiscard]] std::string user_config() const { return config + "/config.yaml"; }
  [[nodiscard]] std::string user_rules() const { return config + "/rules.yaml"; }
  [[nodiscard]] std::string user_grants() const { return config + "/grants.yaml"; }
  [[nodiscard]] std::string audit() const { return state + "/audit"; }
  [[nodiscard]] std::string trust() const { return state + "/trust"; }
  /// For config::KeptTrees. Not in the cache, whose directory a command could make first in some modes.
  [[nodiscard]] std::string trees() const { return state.empty() ? "" : state + "/trees"; }
};

/// XDG variables count when they are absolute paths, as the XDG base directory specification asks.
Places find_places(const Caller& caller);
/// The same for a user whose environment is not known.
Places usual_places(const std::string& home);

/// Makes the directory, 0700, and its parents. One that is there must be the caller's, and nobody else may
/// write it; otherwise sys::Error.
void make_private_directory(const std::string& path);

/// Makes the directories of gatehouse's own files, so that a command that may write there cannot make them
/// first: the user's, and the system's where the command could. Where the caller may not, the command
/// may not either, and that is no error.
void claim_own_directories(const Places& places, bool with_system);

/// For Spec::own: readable, writable in no mode. Every link is followed, also those of single files that an
/// owner keeps elsewhere.
std::vector<std::string> own_paths(const Places& places);
/// For Spec::own_hidden: audit, sessions, trust, sockets, private caches.
std::vector<std::string> own_hidden_paths(const Places& places);
/// Links on the way to the user's own files. No mount can hold a link: whoever may write the directory that
/// one stands in could lead gatehouse to other rules.
std::vector<std::string> links_to_own(const Places& places);

}  // namespace shelltool
