#pragma once
/// The profiles of the owner's rules files, and what they say about programs and hosts.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/profile.h"
#include "policy/event.h"
#include "policy/host_pattern.h"
#include "policy/rule.h"

namespace policy {

struct Profile {
  config::Profile settings;
  struct Reach {
    HostPattern host;
    std::optional<std::uint16_t> port;  ///< none: any
  };
  std::vector<Reach> reach;  ///< settings.reach, its sets written out
};

/// Of a `profiles:` section. Throws config::BadInput.
std::vector<Profile> read_profiles(const config::Node& section, const Sets& sets);

const Profile* find_profile(const std::vector<Profile>& profiles, std::string_view name);

/// What of the profile lets a connection be made; none: nothing does.
const Profile::Reach* reach_of(const Profile& profile, const NetEvent& event);

bool inherits_all(const config::Profile& profile);
/// Whether a program that another starts in the profile stays there: it is listed, and it is a file of the
/// system's, asked for as itself.
bool is_inherited(const config::Profile& profile, const sandbox::ExecEvent& event);

}  // namespace policy
