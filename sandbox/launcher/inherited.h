#pragma once
/// What a program has from its caller, whatever sandbox it starts in. Other descriptors do not go along.

#include <sys/types.h>

#include <array>
#include <cstdint>

#include "sandbox/gate/task.h"
#include "sandbox/sys/fd.h"

namespace sandbox {

struct Inherited {
  std::array<sys::Fd, 3> standard;  ///< 0, 1 and 2; an empty one is /dev/null to the program
  /// Of processes, as our PID namespace numbers it: one of our own session that the program joins, so that
  /// the terminal's signals reach it; 0: the program gets a session of its own, without a terminal.
  pid_t group = 0;
  mode_t umask = 022;
  std::uint64_t ignored = 0;  ///< signals, by bits from 1
};

/// Of a thread that waits. Throws SysError when it is gone.
Inherited inherited_from(const Task& task);

/// In a process that is becoming the program's: takes the descriptors, and the group or a session. Throws
/// SysError.
void take_standing(const Inherited& inherited);
/// The rest, just before the program starts.
void take_habits(const Inherited& inherited);

}  // namespace sandbox
