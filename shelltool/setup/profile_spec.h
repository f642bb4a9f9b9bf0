#pragma once
/// The sandbox of a program that a rule moves into a profile.

#include <string>
#include <vector>

#include "config/profile.h"
#include "policy/rule_set.h"
#include "sandbox/exec_event.h"
#include "sandbox/spec.h"
#include "shelltool/setup/plan.h"

namespace shelltool {

/// The profile that a rule names: the owner's, a mode's, `unconfined`, or a built-in one, where `agent` is
/// the one for the program. Throws sys::Error that names the nearest.
config::Profile profile_named(const std::string& name, const policy::RuleSet& rules,
                              const std::vector<std::string>& argv);

/// As the profile says, within the session's own: its workspace, its user, what it protects and holds; and
/// what has been taken from the session since it was built (`now` against the plan's) is taken here, too.
/// Without a command. Its environment is the owner's, nothing of it the caller's. Throws sys::Error.
sandbox::Spec profile_spec(const Plan& plan, const config::Profile& profile, const sandbox::Spec& now);

/// A sandbox like the session's, for what a program in a profile starts and what does not stay there.
sandbox::Spec spec_beside(const sandbox::Spec& now);

/// NAME=value of a program that comes into a profile: the owner's, and of the caller's own what says how to
/// talk to whom it talks to (language, time zone, terminal).
std::vector<std::string> environment_into(const sandbox::Spec& profile,
                                          const std::vector<std::string>& callers);
/// Of one that leaves it again: its caller's, but for what the profile has added to the session's.
std::vector<std::string> environment_out_of(const config::Profile& profile, const sandbox::Spec& session,
                                            const std::vector<std::string>& callers);

}  // namespace shelltool
