#include "config/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "config/reader.h"
#include "config/text.h"

namespace config {
namespace {

using Strings = std::vector<std::string>;

constexpr std::array<std::pair<std::string_view, Mode>, 3> modes = {
    {{"read-only", Mode::read_only},
     {"workspace-write", Mode::workspace_write},
     {"danger-full-access", Mode::danger_full_access}}};

constexpr Shape text{.noun = "a text", .scalar = Shape::Scalar::text};
constexpr Shape texts{.noun = "a text or a list of texts", .scalar = Shape::Scalar::text, .item = &text};
constexpr Shape text_map{.noun = "a map of texts", .value = &text};
constexpr Shape truth{.noun = "true or false", .scalar = Shape::Scalar::boolean};

constexpr std::string_view network_words[] = {"none", "allowlist", "full"};
constexpr Shape network_mode{
    .noun = "one of none, allowlist, full", .scalar = Shape::Scalar::word, .words = network_words};
constexpr Key network_keys[] = {{"mode", &network_mode, "whether there is any"},
                                {"allow", &texts, "the hosts that it reaches"}};
constexpr Mapping network_mapping{"profile_network", network_keys};
constexpr Shape network_shape{.noun = "one of none, allowlist, full, or a map",
                              .scalar = Shape::Scalar::word,
                              .words = network_words,
                              .map = &network_mapping};

constexpr Key env_keys[] = {{"pass", &texts, "variables of the caller's that pass, also as globs"},
                            {"set", &text_map, "what they are where the caller has none that passes"}};
constexpr Mapping env_mapping{"profile_env", env_keys};
constexpr Shape env_shape{.noun = "a map", .map = &env_mapping};

constexpr Key note_keys[] = {
    {"say", &text, "what its user should know", Key::Need::yes},
    {"unless", &texts, "words of which one in the command makes the note unnecessary"}};
constexpr Mapping note_mapping{"profile_note", note_keys};
constexpr Shape note_shape{.noun = "a map", .map = &note_mapping};

/// What may stand there, the config says.
constexpr Key limits_keys[] = {{"memory", &text, "bytes of all its processes together"},
                               {"processes", &text, "with their threads"},
                               {"wall", &text, "time until it is ended"},
                               {"file", &text, "bytes of one file"},
                               {"open_files", &text, "of one process"},
                               {"tmp", &text, "bytes of the private /tmp"}};
constexpr Mapping limits_mapping{"profile_limits", limits_keys};
constexpr Shape limits_shape{.noun = "a map", .map = &limits_mapping};

constexpr Key profile_keys[] = {
    {"extends", &text, "the profile, or the mode, that it is laid over"},
    {"write", &texts, "may be written, too"},
    {"copy", &text_map, "file to file: a copy that is made before a session"},
    {"hide", &texts, "cannot be seen"},
    {"unhide", &texts, "can be seen nevertheless"},
    {"protect", &texts, "cannot be written"},
    {"network", &network_shape, "what it reaches"},
    {"env", &env_shape, "its environment"},
    {"programs", &texts, "the agents that it is made for"},
    {"note", &note_shape, "what its user should know"},
    {"read", &texts, "may be read: as unhide"},
    {"inherit", &texts, "programs that it starts and that stay in it"},
    {"publish", &texts, "ports inside, PORT or PORT:HOSTPORT, that are reached on 127.0.0.1 outside"},
    {"sockets", &texts, "unix sockets of the host that it reaches"},
    {"limits", &limits_shape, "how much it may use"},
    {"nested_namespaces", &truth, "it may make user namespaces, and sandboxes of its own in them"}};
constexpr Mapping profile_mapping{"profile", profile_keys};

void check_path(const std::string& path, const Place& place) {
  const bool is_rooted = path.starts_with('/') || path.starts_with("~/") ||
                         (path.starts_with('$') && path.find('/') > 1 && path.find('/') != std::string::npos);
  if (!is_rooted)
    throw BadInput(place, fmt::format("{}: a path here begins with /, ~/ or $NAME/", shown(path)));
  if (path.find('*') != std::string::npos)
    throw BadInput(place, fmt::format("{} is a glob; only paths can stand here", shown(path)));
}

Strings read_paths(const Node* node) {
  if (node == nullptr) return {};
  Strings paths = read_strings(*node);
  for (const std::string& path : paths) check_path(path, node->place);
  return paths;
}

void read_network(const Node& node, Profile& profile) {
  const auto mode_of = [](const Node& word) {
    return static_cast<NetworkMode>(index_of(word, network_mode));
  };
  if (node.kind != Node::Kind::map) {
    profile.network = mode_of(node);
    return;
  }
  const Node* const mode = find(node, "mode");
  profile.network = mode != nullptr ? mode_of(*mode) : NetworkMode::allowlist;
  if (const Node* allow = find(node, "allow")) profile.reach = read_strings(*allow);
}

/// Where it is wrong, nobody need wait for a program to come.
void read_limits(const Node& node, Profile& profile) {
  Config anyone;
  apply_limits(anyone, node, ConfigLayer::user);
  profile.limits.push_back(node);
}

void read_env(const Node& node, Profile& profile) {
  if (const Node* pass = find(node, "pass")) profile.pass = read_strings(*pass);
  if (const Node* set = find(node, "set")) profile.set = read_string_map(*set);
}

void read_note(const Node& node, Profile& profile) {
  profile.note.say = read_string(*find(node, "say"));
  if (const Node* unless = find(node, "unless")) profile.note.unless = read_strings(*unless);
}

/// A deeper place could be led elsewhere by who writes above it.
void check_copy(const std::string& path, const Strings& write, const Place& place) {
  const std::string directory = path.substr(0, path.rfind('/') + 1);
  const auto is_it = [&](const std::string& entry) {
    return entry + (entry.ends_with('/') ? "" : "/") == directory;
  };
  if (std::none_of(write.begin(), write.end(), is_it))
    throw BadInput(place, fmt::format("{} is in no directory that `write` names", shown(path)));
}

std::map<std::string, std::string> read_copy(const Node* node, const Strings& write) {
  if (node == nullptr) return {};
  std::map<std::string, std::string> copies = read_string_map(*node);
  for (const auto& [path, original] : copies) {
    check_path(path, node->place);
    check_path(original, node->place);
    check_copy(path, write, node->place);
  }
  return copies;
}

Profile read_profile(const Entry& entry) {
  const Node& map = entry.value;
  check(map, profile_shape);
  Profile profile;
  profile.name = entry.key.scalar;
  profile.place = entry.key.place;
  profile.write = read_paths(find(map, "write"));
  profile.copy = read_copy(find(map, "copy"), profile.write);
  profile.hide = read_paths(find(map, "hide"));
  profile.unhide = read_paths(find(map, "unhide"));
  profile.protect = read_paths(find(map, "protect"));
  for (std::string& path : read_paths(find(map, "read"))) profile.unhide.push_back(std::move(path));
  if (const Node* inherit = find(map, "inherit")) profile.inherit = read_strings(*inherit);
  if (const Node* limits = find(map, "limits")) read_limits(*limits, profile);
  if (const Node* publish = find(map, "publish")) profile.publish = read_publish(*publish);
  profile.sockets = read_paths(find(map, "sockets"));
  if (const Node* nested = find(map, "nested_namespaces")) profile.nested_namespaces = read_bool(*nested);
  if (const Node* network = find(map, "network")) read_network(*network, profile);
  if (const Node* env = find(map, "env")) read_env(*env, profile);
  if (const Node* programs = find(map, "programs")) profile.programs = read_strings(*programs);
  if (const Node* note = find(map, "note")) read_note(*note, profile);
  return profile;
}

/// What the profile says itself comes behind what it extends.
Profile extended(Profile base, Profile own) {
  const auto add = [](Strings& first, const Strings& more) {
    first.insert(first.end(), more.begin(), more.end());
  };
  add(base.write, own.write);
  add(base.hide, own.hide);
  add(base.unhide, own.unhide);
  add(base.protect, own.protect);
  add(base.pass, own.pass);
  add(base.reach, own.reach);
  add(base.inherit, own.inherit);
  add(base.sockets, own.sockets);
  base.publish.insert(base.publish.end(), own.publish.begin(), own.publish.end());
  base.limits.insert(base.limits.end(), own.limits.begin(), own.limits.end());
  if (own.nested_namespaces) base.nested_namespaces = own.nested_namespaces;
  own.copy.merge(base.copy);
  own.set.merge(base.set);
  base.copy = std::move(own.copy);
  base.set = std::move(own.set);
  base.name = std::move(own.name);
  base.place = std::move(own.place);
  base.programs = std::move(own.programs);
  if (!own.note.say.empty()) base.note = std::move(own.note);
  if (own.mode) base.mode = own.mode;
  if (own.network) base.network = own.network;
  return base;
}

void check_together(const Profile& profile) {
  const bool is_full = profile.mode == Mode::danger_full_access;
  const auto refuse = [&](const char* key, const char* why) {
    throw BadInput(profile.place, fmt::format("profile {}: `{}`: {}", shown(profile.name), key, why));
  };
  if (!profile.publish.empty() && (is_full || profile.network == NetworkMode::full))
    refuse("publish", "it has the host's own network, in which every port of its is reached");
  if (profile.nested_namespaces.value_or(false) && is_full)
    refuse("nested_namespaces", "danger-full-access does not refuse them");
}

class Section {
 public:
  explicit Section(const Node& map) : map_(map) {
    if (map.kind != Node::Kind::map) fail_type(map, "a map from names to profiles");
  }

  Profile complete(const Entry& entry, Strings under_way = {}) const {
    const std::string& name = entry.key.scalar;
    if (std::find(under_way.begin(), under_way.end(), name) != under_way.end())
      throw BadInput(entry.key.place, fmt::format("{} extends itself", shown(name)));
    under_way.push_back(name);
    Profile own = read_profile(entry);
    const Node* const stated = find(entry.value, "extends");
    if (stated == nullptr) return own;
    const std::string base = read_string(*stated);
    for (const auto& [word, mode] : modes) {
      if (word != base) continue;
      own.mode = mode;
      return own;
    }
    return extended(complete(named(*stated, base), std::move(under_way)), std::move(own));
  }

 private:
  [[nodiscard]] const Entry& named(const Node& node, const std::string& name) const {
    Strings known;
    for (const auto& mode : modes) known.emplace_back(mode.first);
    for (const Entry& entry : map_.entries) {
      if (entry.key.scalar == name) return entry;
      known.push_back(entry.key.scalar);
    }
    fail_unknown(node, "profile", known);
  }

  const Node& map_;
};

}  // namespace

constexpr Shape profile_shape{.noun = "a map", .map = &profile_mapping};

std::vector<Profile> read_profiles(const Node& map) {
  const Section section(map);
  std::vector<Profile> profiles;
  for (const Entry& entry : map.entries) {
    profiles.push_back(section.complete(entry));
    check_together(profiles.back());
  }
  return profiles;
}

const Profile& find_profile(const std::vector<Profile>& profiles, const std::string& name) {
  Strings known;
  for (const Profile& profile : profiles) {
    if (profile.name == name) return profile;
    known.push_back(profile.name);
  }
  const std::string near = nearest(name, known);
  throw sys::Error(sys::Kind::invalid, "unknown profile {}; {}", shown(name),
                   near.empty() ? fmt::format("known are {}", fmt::join(known, ", "))
                                : fmt::format("did you mean '{}'?", near));
}

}  // namespace config
