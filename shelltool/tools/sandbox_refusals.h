#pragma once
/// What the sandbox refused, by name: a bare "Read-only file system" tells nobody that it is meant so.

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/spec.h"
#include "shelltool/session/file_holds.h"

namespace shelltool {

struct Confinement {
  const sandbox::Spec& spec;
  sandbox::Tier tier;
  std::string home;                                ///< what "~" stands for
  std::string cwd;                                 ///< the command's
  const FileHolds::Files* held = nullptr;          ///< what rules keep it from
  const std::set<std::string>* sockets = nullptr;  ///< of the host that are kept from it
  /// The name of a profile in which the path shows; empty: none.
  std::function<std::string(const std::string&)> profile_showing = {};
};

/// A sentence each, at most five, for the failures that the output speaks of: no system call is watched for
/// this, so a program that fails silently is not explained. `output` is plain text.
std::vector<std::string> refusals_in(std::string_view output, const Confinement& confinement);

/// What stands in the way of a path, whatever the rules say; nothing where nothing of gatehouse's does.
std::optional<std::string> obstacle_to_reading(const std::string& path, const Confinement& confinement);
std::optional<std::string> obstacle_to_writing(const std::string& path, const Confinement& confinement);
extern const char* const no_network;

}  // namespace shelltool
