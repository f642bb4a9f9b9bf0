#include "shelltool/state/sandbox_state.h"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"

namespace shelltool {
namespace {

void add_once(std::vector<std::string>& roots, const std::string& root) {
  if (std::find(roots.begin(), roots.end(), root) == roots.end()) roots.push_back(root);
}

/// Who has the host's files has its network, too: it cannot be taken alone.
SandboxState settled(SandboxState state) {
  if (state.mode == sandbox::Mode::danger_full_access && state.network != sandbox::Network::full)
    state.mode = sandbox::Mode::workspace_write;
  if (state.mode == sandbox::Mode::workspace_write && state.roots.empty())
    state.mode = sandbox::Mode::read_only;
  if (state.mode == sandbox::Mode::read_only) state.roots.clear();
  return state;
}

}  // namespace

std::vector<std::string> common_roots(const std::vector<std::string>& one,
                                      const std::vector<std::string>& other) {
  std::vector<std::string> both;
  for (const std::string& a : one)
    for (const std::string& b : other) {
      if (sys::is_within(a, b)) add_once(both, a);
      if (sys::is_within(b, a)) add_once(both, b);
    }
  return both;
}

SandboxState narrowed(SandboxState state, const StateWord& word) {
  if (word.mode) state.mode = std::min(state.mode, *word.mode);
  if (word.network) state.network = std::min(state.network, *word.network);
  if (word.roots) state.roots = common_roots(state.roots, *word.roots);
  return settled(std::move(state));
}

SandboxState replaced(SandboxState state, const StateWord& word) {
  state.mode = word.mode.value_or(state.mode);
  state.network = word.network.value_or(state.network);
  if (word.roots) state.roots = *word.roots;
  return settled(std::move(state));
}

StateWord laid_over(StateWord earlier, const StateWord& later) {
  if (later.mode) earlier.mode = later.mode;
  if (later.network) earlier.network = later.network;
  if (later.roots) earlier.roots = later.roots;
  earlier.unheeded = later.unheeded;
  return earlier;
}

StateWord narrower(StateWord one, const StateWord& other) {
  if (other.mode) one.mode = std::min(one.mode.value_or(*other.mode), *other.mode);
  if (other.network) one.network = std::min(one.network.value_or(*other.network), *other.network);
  if (other.roots) one.roots = one.roots ? common_roots(*one.roots, *other.roots) : *other.roots;
  one.unheeded.clear();
  return one;
}

StateWord bound_of(const StateSources& sources) {
  StateWord bound = narrower({}, sources.set);
  if (sources.host_may_loosen) return bound;
  bound = narrower(std::move(bound), sources.host);
  for (const StateWord& call : sources.calls) bound = narrower(std::move(bound), call);
  return bound;
}

bool narrows(const StateWord& bound, const StateWord& before) {
  return (bound.mode && (!before.mode || *bound.mode < *before.mode)) ||
         (bound.network && (!before.network || *bound.network < *before.network)) ||
         (bound.roots && bound.roots != before.roots);
}

SandboxState in_force(const StateSources& sources) {
  const auto heed = sources.host_may_loosen ? replaced : narrowed;
  SandboxState state = heed(sources.owner, sources.host);
  if (!sources.calls.empty()) {
    const SandboxState before = state;
    state = heed(before, sources.calls.front());
    for (const StateWord& call : sources.calls) {
      const SandboxState own = heed(before, call);
      state = narrowed(std::move(state), {own.mode, own.network, own.roots, {}});
    }
  }
  return narrowed(std::move(state), sources.set);
}

std::string why_outside(const SandboxState& owner, const StateWord& word) {
  if (word.mode && *word.mode > owner.mode)
    return fmt::format("mode {}: the config there allows {}", sandbox::name_of(*word.mode),
                       sandbox::name_of(owner.mode));
  if (word.network && *word.network > owner.network)
    return fmt::format("network {}: the config there allows {}", sandbox::name_of(*word.network),
                       sandbox::name_of(owner.network));
  if (!word.roots) return {};
  for (const std::string& root : *word.roots) {
    const bool is_inside = std::any_of(owner.roots.begin(), owner.roots.end(),
                                       [&](const std::string& own) { return sys::is_within(root, own); });
    if (!is_inside)
      return fmt::format(
          "the root {} lies outside of what the config there allows: {}", sys::visible(root),
          owner.roots.empty() ? "none" : sys::visible(fmt::format("{}", fmt::join(owner.roots, ", "))));
  }
  return {};
}

std::string text_of(const SandboxState& state) {
  std::string text = fmt::format("{}, net {}", sandbox::name_of(state.mode), sandbox::name_of(state.network));
  if (state.mode == sandbox::Mode::workspace_write)
    for (const std::string& root : state.roots) text += " · " + sys::visible(root);
  return text;
}

}  // namespace shelltool
