#include "shelltool/state/owner_state.h"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "shelltool/setup/workspace.h"

namespace shelltool {
namespace {

config::Mode mode_in_config(sandbox::Mode mode) {
  switch (mode) {
    case sandbox::Mode::read_only:
      return config::Mode::read_only;
    case sandbox::Mode::workspace_write:
      return config::Mode::workspace_write;
    case sandbox::Mode::danger_full_access:
      return config::Mode::danger_full_access;
  }
  return config::Mode::read_only;
}

config::NetworkMode network_in_config(sandbox::Network network) {
  switch (network) {
    case sandbox::Network::none:
      return config::NetworkMode::none;
    case sandbox::Network::allowlist:
      return config::NetworkMode::allowlist;
    case sandbox::Network::full:
      return config::NetworkMode::full;
  }
  return config::NetworkMode::none;
}

}  // namespace

SandboxState state_of(const Plan& plan) {
  const sandbox::Spec& spec = plan.made.spec;
  return narrowed({spec.mode, spec.network, plan.workspace.roots}, {});
}

CommonOptions options_for(CommonOptions options, const SandboxState& state) {
  options.mode = mode_in_config(state.mode);
  options.network = network_in_config(state.network);
  if (state.mode == sandbox::Mode::workspace_write) options.workspaces = state.roots;
  return options;
}

std::vector<std::string> harmless_roots(const std::vector<std::string>& roots, const Caller& caller) {
  std::vector<std::string> harmless;
  std::copy_if(roots.begin(), roots.end(), std::back_inserter(harmless), [&](const std::string& root) {
    std::error_code error;
    return std::filesystem::is_directory(root, error) && why_not_writable(root, {home_of(caller)}).empty();
  });
  return harmless;
}

}  // namespace shelltool
