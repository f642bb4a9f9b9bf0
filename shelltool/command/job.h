#pragma once
/// The command as a job of the terminal that gatehouse was started from: Ctrl-C, Ctrl-Z, fg, bg and the
/// window size reach it as if gatehouse were not there.

#include <functional>
#include <optional>

#include "sandbox/sys/reactor.h"
#include "shelltool/command/terminal.h"

namespace shelltool {

class Job {
 public:
  /// `send` delivers a signal to the command's process group.
  Job(sys::Reactor& reactor, std::optional<Terminal> terminal, std::function<void(int)> send);

  void started(pid_t process_group);
  void stopped(int signal);
  void ended();

  /// Gives the terminal to us for a question, and back to whom it was taken from.
  void begin_question();
  void end_question();
  [[nodiscard]] const Terminal* terminal() const { return terminal_ ? &*terminal_ : nullptr; }

 private:
  void on_signal(int signal);
  void give();
  void resume();

  std::optional<Terminal> terminal_;
  std::function<void(int)> send_;
  sys::Watch signals_;
  pid_t group_ = 0;
  bool given_ =
      false;  // the command's group is in the foreground, or was when we took the terminal for a question
  bool asking_ = false;
  bool resume_after_question_ = false;
};

}  // namespace shelltool
