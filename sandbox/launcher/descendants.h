#pragma once
/// Processes below a process, by /proc: what was there while it was read.

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace sandbox {

std::vector<pid_t> children_of(pid_t process);
/// Parents before their children.
std::vector<pid_t> descendants_of(pid_t process);

/// Who of them has a socket open that /proc calls "socket:[inode]"; 0: nobody whose descriptors we may see.
pid_t holder_of_socket(std::uint64_t inode, const std::vector<pid_t>& processes);
/// The command line of a process, for a person; empty where it has ended.
std::string command_of(pid_t process);

}  // namespace sandbox
