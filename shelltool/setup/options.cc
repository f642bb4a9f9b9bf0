#include "shelltool/setup/options.h"

#include <fmt/core.h>

#include <algorithm>

namespace shelltool {
namespace {

/// The command line is another layer above the system's.
template <class Value>
void tighten(config::Config& config, const char* key, Value& field, const std::optional<Value>& asked) {
  if (!asked) return;
  field = config.held.count(key) > 0 ? std::min(field, *asked) : *asked;
  if (field != *asked)
    config.notes.push_back(
        fmt::format("{} is held tighter by the system's config than the command line asks", key));
}

/// Of ports it is one, too: what the system's file does not have it cannot add.
void add_published(config::Config& config, const std::vector<config::Publish>& asked) {
  std::vector<config::Publish>& ports = config.network.publish;
  for (const config::Publish& port : asked) {
    if (std::find(ports.begin(), ports.end(), port) != ports.end()) continue;
    if (config.held.count("network.publish") == 0)
      ports.push_back(port);
    else
      config.notes.push_back(fmt::format(
          "port {} is not published: network.publish is held tighter by the system's config", port.port));
  }
}

}  // namespace

config::Config load_settings(const CommonOptions& options, const Places& places) {
  const bool is_named = !options.config.empty();
  config::Config config =
      config::load_config(places.system_config(), is_named ? options.config : places.user_config(), is_named);
  tighten(config, "mode", config.mode, options.mode);
  tighten(config, "network.mode", config.network.mode, options.network);
  tighten(config, "approvals.policy", config.approvals.policy, options.approval);
  add_published(config, options.publish);
  return config;
}

}  // namespace shelltool
