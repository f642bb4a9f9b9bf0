#pragma once
/// An owner for a child process: it is killed and reaped when its owner goes.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/sys/fd.h"

namespace sys {

/// How a process ended, as wait(2) tells it.
struct ExitStatus {
  int code = 0;    ///< when it exited
  int signal = 0;  ///< when a signal ended it, else 0
  /// As a shell reports it: the code, or 128 + the signal.
  [[nodiscard]] int as_shell() const { return signal != 0 ? 128 + signal : code; }
};
ExitStatus exit_status(int wait_status);

class Child {
 public:
  Child() = default;
  Child(pid_t pid, Fd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}
  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, 0)), pidfd_(std::move(other.pidfd_)) {}
  Child& operator=(Child&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(pidfd_, other.pidfd_);
    return *this;
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] int pidfd() const { return pidfd_.get(); }
  [[nodiscard]] explicit operator bool() const { return pid_ > 0; }
  void kill(int signal) const;
  /// Somebody else's wait has reaped it: there is nothing left to own.
  void forget() { pid_ = 0; }
  /// Waits until it has ended, and reaps it.
  ExitStatus wait();
  /// The same without waiting; nothing while it runs.
  std::optional<ExitStatus> try_wait();

 private:
  pid_t pid_ = 0;
  Fd pidfd_;
};

/// fork(2) with CLONE_PIDFD and these CLONE_NEW* flags: returns in both processes, in the child with an empty
/// Child. The child has one thread and must end with _exit or exec. By clone(2): container filters refuse
/// clone3(2), whose flags they cannot see.
Child fork_with(std::uint64_t flags);

/// A pidfd; empty, with errno, where there is no such process.
Fd open_process(pid_t pid);
/// The pid behind a pidfd, in the PID namespace of our /proc; 0 when it has ended and was reaped.
pid_t pid_of(int pidfd);

/// What to start with plain fork and exec. `env` empty: ours.
struct Program {
  std::vector<std::string> argv;
  std::vector<std::string> env;
  std::string cwd;
  int in = 0, out = 1, err = 2;
  bool ends_with_us = false;  ///< killed when the thread that started it ends, however it does
};
/// Searches PATH; a program that cannot be started exits with 127.
Child spawn(const Program& program);

/// The pointers that exec(2) wants; valid as long as `strings`.
std::vector<char*> pointers(const std::vector<std::string>& strings);

}  // namespace sys
