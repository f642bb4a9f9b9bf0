#pragma once
/// The last system call of a thread that stands in a ptrace stop.

#include <sys/types.h>

namespace sandbox {

/// The thread has just come back from a system call: it calls exit_group(status) next, by the same
/// instruction, and nothing of its memory is touched. Throws SysError when it is gone.
void make_final_call(pid_t tid, int status);

}  // namespace sandbox
