#pragma once
/// landlock(7): the envelope around the mounts. It mediates no chmod, chown, utimes, xattr, UDP or path
/// sockets.

#include <string>
#include <vector>

#include "sandbox/spec.h"

namespace sandbox {

/// 0: this kernel has no Landlock, or it is not switched on; errno tells which (ENOSYS, EOPNOTSUPP).
int landlock_abi();

/// Confines this process and what it starts; it must have refused new privileges. `own_root`: what lies above
/// every path of the sandbox, see lay_own_root(); -1: nothing does. What is reached from elsewhere, by a
/// descriptor of a directory, cannot be opened then; what stands as 0, 1 and 2 can be opened anew. `missing`
/// gets a sentence for what this kernel cannot.
void enter_landlock_domain(const Spec& spec, Tier tier, int own_root, std::vector<std::string>& missing);

/// A domain that can signal nothing outside, for the subreaper of a sandbox without a PID namespace: its
/// kill(-1) is the end of everything below it and of nothing else, and what lives in a domain below cannot
/// signal it back. False where the kernel has no such scope.
bool enter_signal_scope();

}  // namespace sandbox
