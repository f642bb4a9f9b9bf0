#pragma once
/// Links that programs of a sandbox can have made.

#include "sandbox/exec_event.h"
#include "sandbox/spec.h"

namespace shelltool {

/// Whether the program was called by one, at any place of its path. It is what it is nevertheless, but many
/// look beside the name that they were called by for more of themselves, as python3 for pyvenv.cfg, and who
/// calls it may not mean it: git calls a hook. `spec`: of the sandbox, as it was built.
bool is_called_by_own_link(const sandbox::ExecEvent& event, const sandbox::Spec& spec);

}  // namespace shelltool
