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

constexpr std::array<std::string_view, 6> without_effect = {"read",   "publish", "sockets",
                                                            "limits", "inherit", "nested_namespaces"};

Strings keys() {
  Strings all = {"extends", "write",   "copy", "hide",     "unhide",
                 "protect", "network", "env",  "programs", "note"};
  all.insert(all.end(), without_effect.begin(), without_effect.end());
  return all;
}

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

NetworkMode read_network(const Node& node) {
  if (node.kind == Node::Kind::map)
    throw BadInput(node.place,
                   "a profile's network is none or full in this version; rules on hosts are to come");
  return read_word<NetworkMode>(node, {{"none", NetworkMode::none}, {"full", NetworkMode::full}});
}

void read_env(const Node& node, Profile& profile) {
  const MapReader map(node, {"pass", "set"});
  if (const Node* pass = map.find("pass")) profile.pass = read_strings(*pass);
  if (const Node* set = map.find("set")) profile.set = read_string_map(*set);
}

void read_note(const Node& node, Profile& profile) {
  const MapReader map(node, {"say", "unless"});
  profile.note.say = read_string(map.need("say"));
  if (const Node* unless = map.find("unless")) profile.note.unless = read_strings(*unless);
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
  const MapReader map(entry.value, keys());
  for (const std::string_view key : without_effect)
    if (const Node* node = map.find(key))
      throw BadInput(node->place, fmt::format("`{}` has no effect in a profile of this version", key));
  Profile profile;
  profile.name = entry.key.scalar;
  profile.place = entry.key.place;
  profile.write = read_paths(map.find("write"));
  profile.copy = read_copy(map.find("copy"), profile.write);
  profile.hide = read_paths(map.find("hide"));
  profile.unhide = read_paths(map.find("unhide"));
  profile.protect = read_paths(map.find("protect"));
  if (const Node* network = map.find("network")) profile.network = read_network(*network);
  if (const Node* env = map.find("env")) read_env(*env, profile);
  if (const Node* programs = map.find("programs")) profile.programs = read_strings(*programs);
  if (const Node* note = map.find("note")) read_note(*note, profile);
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
    const auto stated = std::find_if(entry.value.entries.begin(), entry.value.entries.end(),
                                     [](const Entry& key) { return key.key.scalar == "extends"; });
    if (stated == entry.value.entries.end()) return own;
    const std::string base = read_string(stated->value);
    for (const auto& [word, mode] : modes) {
      if (word != base) continue;
      own.mode = mode;
      return own;
    }
    return extended(complete(named(stated->value, base), std::move(under_way)), std::move(own));
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

std::vector<Profile> read_profiles(const Node& map) {
  const Section section(map);
  std::vector<Profile> profiles;
  for (const Entry& entry : map.entries) profiles.push_back(section.complete(entry));
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
