#pragma once
/// What everybody who traces threads does.

#include <sys/ptrace.h>

#include <csignal>

namespace sandbox {

/// ptrace(2) with a number. That the thread was killed meanwhile is told by its wait status, so the result
/// matters where a thread is seized only.
inline long trace(decltype(PTRACE_CONT) request, pid_t tid, long data = 0) {
  return ::ptrace(request, tid, nullptr, reinterpret_cast<void*>(data));
}

/// By default it stops a process until SIGCONT comes.
inline bool stops(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

}  // namespace sandbox
