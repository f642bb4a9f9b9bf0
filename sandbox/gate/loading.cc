#include "sandbox/gate/loading.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <csignal>
#include <utility>

#include "sandbox/gate/task.h"
#include "sandbox/gate/tracing.h"
#include "sandbox/sys/kernel.h"

namespace sandbox {
namespace {

constexpr int system_call_stop = SIGTRAP | 0x80;  // ptrace(2), PTRACE_O_TRACESYSGOOD

bool opens_file(std::uint64_t system_call) {
#ifdef SYS_open
  if (system_call == SYS_open) return true;
#endif
  return system_call == SYS_openat || system_call == SYS_openat2;
}

bool is_open_on(pid_t pid, int descriptor, const Loaded& expected) {
  const sys::Fd file = Task(pid).descriptor(descriptor);
  struct stat facts {};
  return file && ::fstat(file.get(), &facts) == 0 && facts.st_dev == expected.device &&
         facts.st_ino == expected.inode;
}

}  // namespace

void Loadings::begin(pid_t pid, Loaded expected) {
  loading_.insert_or_assign(pid, Loading{std::move(expected)});
  trace(PTRACE_SETOPTIONS, pid, PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD);
  trace(PTRACE_SYSCALL, pid);
}

bool Loadings::on_wait_status(pid_t pid, int status) {
  const auto loading = loading_.find(pid);
  if (loading == loading_.end()) return false;
  const int event = status >> 16;
  if (!WIFSTOPPED(status)) {
    loading_.erase(loading);
  } else if (WSTOPSIG(status) == system_call_stop) {
    on_system_call(loading);
  } else if (event == PTRACE_EVENT_EXEC) {  // none of what a loader does
    end(loading, -1);
  } else if (event == sys::kernel::ptrace_event_stop && stops(WSTOPSIG(status))) {
    trace(PTRACE_LISTEN, pid);
  } else {
    trace(PTRACE_SYSCALL, pid, event == 0 ? WSTOPSIG(status) : 0);
  }
  return true;
}

void Loadings::on_system_call(Place loading) {
  __ptrace_syscall_info call{};
  if (::ptrace(PTRACE_GET_SYSCALL_INFO, loading->first, reinterpret_cast<void*>(sizeof call), &call) < 0)
    return;  // killed meanwhile
  if (call.op == PTRACE_SYSCALL_INFO_ENTRY || call.op == PTRACE_SYSCALL_INFO_SECCOMP)
    loading->second.is_opening = opens_file(call.entry.nr);
  else if (loading->second.is_opening && call.exit.rval >= 0)
    return end(loading, static_cast<int>(call.exit.rval));
  trace(PTRACE_SYSCALL, loading->first);
}

void Loadings::end(Place loading, int descriptor) {
  const pid_t pid = loading->first;
  const bool is_it = is_open_on(pid, descriptor, loading->second.expected);
  loading_.erase(loading);
  if (is_it) {
    trace(PTRACE_DETACH, pid);
    return;
  }
  ++raced_;
  ::kill(pid, SIGKILL);
}

}  // namespace sandbox
