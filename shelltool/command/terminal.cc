#include "shelltool/command/terminal.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>

#include "sandbox/sys/error.h"

namespace shelltool {
namespace {

/// From a background group this would stop us with SIGTTOU; where that is blocked it is done all the same.
void set_foreground(int terminal, pid_t group) {
  sigset_t stop;
  sigset_t before;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTTOU);
  ::sigprocmask(SIG_BLOCK, &stop, &before);
  ::tcsetpgrp(terminal, group);  // fails when the group is gone, and then nobody waits for the terminal
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace

std::optional<Terminal> Terminal::open() {
  sys::Fd fd(::open("/dev/tty", O_RDWR | O_CLOEXEC));
  if (!fd || ::tcgetpgrp(fd.get()) < 0) return std::nullopt;
  return Terminal(std::move(fd));
}

bool Terminal::is_ours() const { return ::tcgetpgrp(fd_.get()) == ::getpgrp(); }

bool Terminal::job_of_one() const {
  return ::isatty(0) == 1 && ::isatty(1) == 1 && ::isatty(2) == 1 && ::getpgrp() == ::getpid();
}

void Terminal::give_to(pid_t process_group) const { set_foreground(fd_.get(), process_group); }

void Terminal::take_back() const { set_foreground(fd_.get(), ::getpgrp()); }

bool is_confirmed(const std::string& question) {
  const std::optional<Terminal> terminal = Terminal::open();
  if (!terminal)
    throw sys::Error(sys::Kind::unsupported, "{}: there is no terminal to ask at; --yes goes without",
                     question);
  sys::write_all(terminal->fd(), question + " [y/N] ", "the terminal");
  std::string answer;
  for (char c = 0; ::read(terminal->fd(), &c, 1) == 1 && c != '\n';) answer.push_back(c);
  return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace shelltool
