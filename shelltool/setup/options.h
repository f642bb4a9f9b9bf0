#pragma once
/// What `exec`, `serve` and `policy check` take in common on the command line.

#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "shelltool/setup/places.h"

namespace shelltool {

struct CommonOptions {
  std::string config;                   ///< --config: in place of the user's
  std::vector<std::string> rules;       ///< --rules: in place of the user's and the project's
  std::vector<std::string> workspaces;  ///< --workspace
  std::optional<config::Mode> mode;
  std::optional<config::NetworkMode> network;
  std::optional<config::ApprovalPolicy> approval;
  std::vector<config::Publish> publish;  ///< --publish: besides the config's
  std::string audit;                     ///< --audit: the file
};

/// Where and with what a command starts; `policy check` takes them as well.
struct CommandOptions {
  std::string cwd;
  std::vector<std::string> env;  ///< K=V
  std::string profile;           ///< empty: none
};

/// The config in force: the system's file, the user's or the one that was named, and the command line. What
/// the system's file states, the command line only tightens, too; what it did not get is in `notes`.
config::Config load_settings(const CommonOptions& options, const Places& places);

}  // namespace shelltool
