#pragma once
/// A named sandbox: what a program that runs in it may touch beyond, or less than, the session's own state.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/node.h"
#include "config/shape.h"

namespace config {

/// Paths begin with "/", "~/" or "$NAME/", which is a variable of the caller's: without it the entry is not
/// there.
struct Profile {
  std::string name;
  Place place;
  std::optional<Mode> mode;  ///< nothing: as the config says
  std::optional<NetworkMode> network;
  std::vector<std::string>
      write;  ///< may be written, beside the workspace; what ends in "/" is made when missing
  /// File to file: a copy in a directory of `write`, made before a session where the original is newer. For
  /// what a program renames over in a directory that stays read-only.
  std::map<std::string, std::string> copy;
  std::vector<std::string> hide, unhide, protect;
  std::vector<std::string> reach;    ///< network.allow: HOST, HOST:PORT, also "@NAME" and "@NAME:PORT"
  std::vector<std::string> inherit;  ///< programs that it starts and that stay in it: names, globs; "*": all
  std::vector<Node> limits;          ///< maps as `limits` of the config is one; what comes later counts
  std::vector<Publish> publish;
  std::vector<std::string> sockets;       ///< paths; unix sockets of the host
  std::optional<bool> nested_namespaces;  ///< programs may make user namespaces
  std::vector<std::string> pass;            ///< env.pass
  std::map<std::string, std::string>
      set;                            ///< env.set, where the caller has none that passes; "~/" as in paths
  std::vector<std::string> programs;  ///< the agents that it is made for, by the names of their programs
  struct {
    std::string say;  ///< what its user should know, unless a word of the command contains one of these
    std::vector<std::string> unless;
  } note;
};

extern const Shape profile_shape;

/// A `profiles` section: name to profile, each complete with what it extends, which is another of them or a
/// mode's name. Throws BadInput, also for a circle and for keys that cannot hold together.
std::vector<Profile> read_profiles(const Node& map);

/// Throws sys::Error that names the nearest, or all of them.
const Profile& find_profile(const std::vector<Profile>& profiles, const std::string& name);

}  // namespace config
