#pragma once
/// Processes below a process, by /proc: what was there while it was read.

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sandbox {

std::vector<pid_t> children_of(pid_t process);
/// Parents before their children.
std::vector<pid_t> descendants_of(pid_t process);

/// The sockets that they have open, as far as we may see their descriptors: by the inode that /proc names in
/// "socket:[inode]", each with the first that has it. One pass, since a command may have as many as it likes.
std::map<std::uint64_t, pid_t> holders_of_sockets(const std::vector<pid_t>& processes);
/// The command line of a process, for a person; empty where it has ended.
std::string command_of(pid_t process);

}  // namespace sandbox
