#pragma once
/// System calls that a thread makes because we say so, while it stands in a ptrace stop. Nothing of its
/// memory is touched, which a vfork(2) shares. All throw SysError when it is gone.

#include <sys/types.h>

#include <cstdint>

namespace sandbox {

/// Where a system call instruction of the program stands.
struct CallSite {
  std::uint64_t address = 0;
};
/// Of the call that the thread has just come back from.
CallSite call_site_of(pid_t tid);

/// The thread calls exit_group(status) next.
void make_final_call(pid_t tid, CallSite site, int status);

/// execveat(fd, "", argv, no environment, AT_EMPTY_PATH), with pointers that are the thread's own.
struct ExecCall {
  int fd = -1;
  std::uint64_t empty_path = 0, argv = 0;
};
void make_exec_call(pid_t tid, CallSite site, const ExecCall& call);

}  // namespace sandbox
