#pragma once
/// The controlling terminal, and who is in its foreground: tcsetpgrp(3), termios(3).

#include <sys/types.h>

#include <optional>
#include <string>

#include "sandbox/sys/fd.h"

namespace shelltool {

class Terminal {
 public:
  /// Nothing when this process has none.
  static std::optional<Terminal> open();

  /// True when our own process group is in the foreground: what is typed, and Ctrl-C, reaches us.
  [[nodiscard]] bool is_ours() const;
  /// True when standard input, output and error are all this terminal and nobody shares our process group:
  /// nobody but the command is in this job.
  [[nodiscard]] bool job_of_one() const;
  void give_to(pid_t process_group) const;
  void take_back() const;

  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  explicit Terminal(sys::Fd fd) : fd_(std::move(fd)) {}
  sys::Fd fd_;
};

/// Asks a person at the terminal, "QUESTION [y/N]". Throws sys::Error where there is none, and names --yes.
bool is_confirmed(const std::string& question);

}  // namespace shelltool
