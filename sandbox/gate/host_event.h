#pragma once
/// The event that a command would be, without running it: for a dry run of rules.

#include <string>
#include <vector>

#include "sandbox/exec_event.h"
#include "sandbox/gate/known_files.h"
#include "sandbox/spec.h"

namespace sandbox {

/// What `argv` would start in `spec.cwd` with `spec.env`, looked up on the host as the gate would inside. A
/// program that does not exist gives an event whose file is empty but for its name. Throws sys::Error for
/// what exists and cannot be executed.
ExecEvent resolve_on_host(const std::vector<std::string>& argv, const Spec& spec, KnownFiles& known);

}  // namespace sandbox
