#pragma once
/// The process in the place of a program that runs in another sandbox (stub_main.cc), by the hand of its
/// tracer: to its parent it is the program, which gets its signals, stops when it stops and ends as it ends.

#include <sys/types.h>

#include <functional>
#include <optional>

#include "sandbox/gate/final_call.h"
#include "sandbox/sys/process.h"

namespace sandbox {

class StandIn {
 public:
  struct Program {
    std::function<void()> start;      ///< what was the caller's is closed here by now
    std::function<void(int)> signal;  ///< for it
  };
  /// `pid` stands in the stop of its exec, seized with PTRACE_O_EXITKILL. `shares_group`: the terminal tells
  /// its signals to the program, too.
  StandIn(pid_t pid, bool shares_group, Program program);
  StandIn(const StandIn&) = delete;
  StandIn& operator=(const StandIn&) = delete;

  /// A stop that waitpid(2) reported of it.
  void on_stop(int status);
  void stop(int signal);
  void end(sys::ExitStatus status);

 private:
  void on_signal(int signal);
  void go_on(int signal = 0) const;
  void finish();
  [[nodiscard]] bool is_from_terminal() const;

  pid_t pid_;
  bool shares_group_;
  Program program_;
  std::optional<CallSite> site_;    // known once it is ready
  std::optional<int> stop_signal_;  // that it is to be stopped by
  std::optional<sys::ExitStatus> ending_;
  bool is_finished_ = false;
};

}  // namespace sandbox
