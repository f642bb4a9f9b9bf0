#include "policy/profiles.h"

#include <fnmatch.h>

#include <algorithm>
#include <charconv>

#include "config/text.h"
#include "policy/face.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace policy {
namespace {

using config::BadInput;

constexpr std::string_view all_programs = "*";

struct HostAndPort {
  std::string_view host;
  std::optional<std::uint16_t> port;
};

/// "[::1]:80", "a.example:443", "10.0.0.0/8", "::1".
HostAndPort split(std::string_view text, const config::Place& place) {
  const bool is_bracketed = text.starts_with('[') && text.find(']') != std::string_view::npos;
  const std::size_t end = is_bracketed ? text.find(']') + 1 : std::min(text.find(':'), text.size());
  const std::string_view rest = text.substr(end);
  if (!is_bracketed && rest.find(':', 1) != std::string_view::npos) return {text, std::nullopt};
  const std::string_view host = is_bracketed ? text.substr(1, end - 2) : text.substr(0, end);
  if (rest.empty()) return {host, std::nullopt};
  std::uint16_t port = 0;
  const char* const last = rest.data() + rest.size();
  const auto read = std::from_chars(rest.data() + 1, last, port);
  if (rest.front() != ':' || read.ec != std::errc() || read.ptr != last || port == 0)
    throw BadInput(place,
                   fmt::format("{}: what a profile reaches is HOST or HOST:PORT", config::shown(text)));
  return {host, port};
}

void add_reach(std::string_view text, const config::Place& place, const Sets& sets, Profile& profile) {
  const HostAndPort wanted = split(text, place);
  const auto add = [&](std::string_view host) {
    try {
      profile.reach.push_back({HostPattern(host), wanted.port});
    } catch (const sys::Error& error) {
      throw BadInput(place, error.what());
    }
  };
  if (!wanted.host.starts_with('@')) return add(wanted.host);
  const auto set = sets.find(wanted.host.substr(1));
  if (set == sets.end())
    throw BadInput(place, fmt::format("{} is no list of `sets`", config::shown(wanted.host)));
  for (const std::string& host : set->second) add(host);
}

}  // namespace

std::vector<Profile> read_profiles(const config::Node& section, const Sets& sets) {
  std::vector<Profile> profiles;
  for (config::Profile& settings : config::read_profiles(section)) {
    Profile profile{std::move(settings), {}};
    for (const std::string& text : profile.settings.reach)
      add_reach(text, profile.settings.place, sets, profile);
    profiles.push_back(std::move(profile));
  }
  return profiles;
}

const Profile* find_profile(const std::vector<Profile>& profiles, std::string_view name) {
  const auto found = std::find_if(profiles.begin(), profiles.end(),
                                  [&](const Profile& profile) { return profile.settings.name == name; });
  return found == profiles.end() ? nullptr : &*found;
}

const Profile::Reach* reach_of(const Profile& profile, const NetEvent& event) {
  const auto found =
      std::find_if(profile.reach.begin(), profile.reach.end(), [&](const Profile::Reach& reach) {
        return reach.port.value_or(event.port) == event.port &&
               reach.host.matches(event.host, event.known_address());
      });
  return found == profile.reach.end() ? nullptr : &*found;
}

bool inherits_all(const config::Profile& profile) {
  return std::find(profile.inherit.begin(), profile.inherit.end(), all_programs) != profile.inherit.end();
}

bool is_inherited(const config::Profile& profile, const sandbox::ExecEvent& event) {
  if (inherits_all(profile)) return true;
  const auto& names = profile.inherit;
  const sandbox::File& file = event.images.front().file;
  if (file.writable || !is_system_path(file.path)) return false;
  const std::string name = sys::base_name(file.path);
  return std::any_of(names.begin(), names.end(), [&](const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
  });
}

}  // namespace policy
