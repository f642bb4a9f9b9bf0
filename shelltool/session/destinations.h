#pragma once
/// Where the programs of a session go that rules move into profiles, and what those start.

#include <functional>
#include <memory>
#include <string>

#include "config/profile.h"
#include "policy/rule_set.h"
#include "sandbox/moved.h"
#include "shelltool/session/turn_judge.h"
#include "shelltool/setup/plan.h"
#include "shelltool/state/sandbox_state.h"

namespace shelltool {

/// What they are made from; all outlive the session's sandbox.
struct DestinationSources {
  const Plan& plan;
  TurnJudge& judge;
  std::function<const policy::RuleSet&()> rules;
  std::function<sandbox::Spec()> session;   ///< that it would be built by now; held: what rules hold
  std::function<const StateWord&()> bound;  ///< see bound_of()
  std::function<std::vector<sandbox::Held>()> hidden;  ///< there, since that was planned
  std::function<sandbox::KnownFiles()> known;
  std::function<sys::Fd(pid_t)> receive_guest;  ///< sandbox::GateOptions
};

/// From the session's own sandbox. A place is a profile's name; from there, an empty one is the session's.
sandbox::Destinations destinations_of(DestinationSources sources);

}  // namespace shelltool
