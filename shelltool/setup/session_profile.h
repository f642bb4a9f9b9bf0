#pragma once
/// The profile that a whole session runs in: `exec --profile NAME`.

#include <string>
#include <vector>

#include "config/profile.h"
#include "shelltool/setup/account.h"
#include "shelltool/setup/make_spec.h"
#include "shelltool/setup/options.h"

namespace shelltool {

/// Those that are built in: shelltool/setup/profiles.yaml.
std::vector<config::Profile> builtin_profiles();

/// The profile of this name; "agent" is the one whose agent the command starts. Throws sys::Error that names
/// the nearest profile, or the agents that there are profiles for.
config::Profile choose_profile(const std::string& name, const std::vector<std::string>& argv);

/// Whether what it is depends on the words behind it: node, npx, python3.11.
bool runs_scripts(const std::string& path);

/// The first of the profiles in which the path shows, or the socket is in reach, whatever the session hides;
/// of a family its name. Empty: none.
std::string profile_showing(const std::string& path, const std::vector<config::Profile>& profiles,
                            const Identity& identity, const Caller& caller);

/// What the user should know about this command under the profile; empty when there is nothing.
std::string note_for(const config::Profile& profile, const std::vector<std::string>& argv);

/// What the profile says counts where the command line says nothing.
CommonOptions with_profile(CommonOptions options, const config::Profile& profile);

/// Adds the profile's hide, unhide, protect and env to the config, as far as the system's file leaves that
/// open, and returns what else it opens. "~" is the home of whom the command runs as; variables are the
/// caller's.
OpenedPaths lay_over(config::Config& config, const config::Profile& profile, const Identity& identity,
                     const Caller& caller);

}  // namespace shelltool
