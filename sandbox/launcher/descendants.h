#pragma once
/// Processes below a process, by /proc: what was there while it was read.

#include <sys/types.h>

#include <vector>

namespace sandbox {

std::vector<pid_t> children_of(pid_t process);
/// Parents before their children.
std::vector<pid_t> descendants_of(pid_t process);

}  // namespace sandbox
