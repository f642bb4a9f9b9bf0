#pragma once
/// Where a gatehouse works, for whoever looks for one that does not answer.

#include <sys/types.h>

#include <string>
#include <vector>

#include "sandbox/sys/fd.h"

namespace shelltool {

/// As long as this process has the file, which is in memory: nothing is written, and nothing left behind.
/// Throws sys::Error.
sys::Fd tell_workspaces(const std::vector<std::string>& workspaces);
/// What such a process of this user has told; empty where it tells nothing.
std::vector<std::string> workspaces_of(pid_t process);

}  // namespace shelltool
