#pragma once

#include <doctest/doctest.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "sandbox/sys/process.h"

namespace tests {

/// Runs the work in a process that is killed at its n-th system call; true when it ended before.
template <class Work>
bool killed_at(int call, Work work) {
  sys::Child child = sys::fork_with(0);
  if (!child) {
    ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    ::raise(SIGSTOP);
    try {
      work();
    } catch (const std::exception&) {
      ::_exit(1);
    }
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child.pid(), &status, 0) == child.pid());
  for (int i = 0; i < call; ++i) {
    ::ptrace(PTRACE_SYSCALL, child.pid(), nullptr, nullptr);
    REQUIRE(::waitpid(child.pid(), &status, 0) == child.pid());
    if (WIFEXITED(status)) {
      child.forget();
      REQUIRE(WEXITSTATUS(status) == 0);
      return true;
    }
  }
  return false;  // its owner kills it
}

}  // namespace tests
