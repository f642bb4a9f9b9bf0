#pragma once
/// The state of a sandbox as values: what an owner settled, what others have said to it, and what is in force
/// of all that.

#include <optional>
#include <string>
#include <vector>

#include "sandbox/spec.h"

namespace shelltool {

struct SandboxState {
  sandbox::Mode mode = sandbox::Mode::workspace_write;
  sandbox::Network network = sandbox::Network::none;
  std::vector<std::string> roots;  ///< that may be written, links followed; in mode workspace-write

  bool operator==(const SandboxState&) const = default;
};

/// What one source says of it; what it leaves out, it leaves to the others.
struct StateWord {
  std::optional<sandbox::Mode> mode;
  std::optional<sandbox::Network> network;
  std::optional<std::vector<std::string>> roots;  ///< absolute, links followed
  std::vector<std::string> unheeded;  ///< what it asks besides, which nobody holds; a sentence each

  [[nodiscard]] bool says_nothing() const { return !mode && !network && !roots; }
  bool operator==(const StateWord&) const = default;
};

/// What both lists allow: of each pair of directories of which one lies in the other, the inner.
std::vector<std::string> common_roots(const std::vector<std::string>& one,
                                      const std::vector<std::string>& other);

/// Never wider than `state`. A state without roots is read-only, and one without the host's network has not
/// the host's files.
SandboxState narrowed(SandboxState state, const StateWord& word);
/// Where the word counts more than the state.
SandboxState replaced(SandboxState state, const StateWord& word);
/// A word laid over an earlier one of the same source.
StateWord laid_over(StateWord earlier, const StateWord& later);

struct StateSources {
  SandboxState owner;            ///< config and command line
  StateWord set;                 ///< gatehouse state set
  StateWord host;                ///< the connection's host
  std::vector<StateWord> calls;  ///< those that run
  bool host_may_loosen = false;  ///< host and calls count more than the owner; `set` still narrows them

  bool operator==(const StateSources&) const = default;
};
SandboxState in_force(const StateSources& sources);

/// What has been said besides what the owner settled, as one word: it bounds also what was never the
/// session's, as a profile's network. Where the host may loosen, it bounds nothing.
StateWord bound_of(const StateSources& sources);
/// What had to keep to the one bound may have to be ended for the other.
bool narrows(const StateWord& bound, const StateWord& before);

/// Why the owner, who set `owner`, cannot mean this word: a sentence; empty where he can.
std::string why_outside(const SandboxState& owner, const StateWord& word);

/// "workspace-write, net none", and the roots where they are not the owner's.
std::string text_of(const SandboxState& state);

}  // namespace shelltool
