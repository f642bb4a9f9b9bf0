// Pushes a character into a terminal's input, as if the user had typed it.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/sandbox/inmates/said.h"

int main() {
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
  say("pty", master);
  if (master < 0 || ::grantpt(master) != 0 || ::unlockpt(master) != 0) return 1;
  ::setsid();
  const int terminal = ::open(::ptsname(master), O_RDWR);
  say("terminal", terminal);
  const char key = 'x';
  say("tiocsti", ::ioctl(terminal, TIOCSTI, &key));
  say("tiocsti_64", ::syscall(SYS_ioctl, terminal, 0xffUL << 32 | TIOCSTI, &key));
  say("tioclinux", ::ioctl(terminal, TIOCLINUX, &key));
  winsize size{};
  say("winsize", ::ioctl(terminal, TIOCGWINSZ, &size));
  return 0;
}
