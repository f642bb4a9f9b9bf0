// The caller's terminal, which the command shares, and another one of the owner's.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include <string>

#include "tests/sandbox/attacks/attack.h"

namespace attacks {
namespace {

using goal::typed;

void type(int fd) {
  for (const char key : std::string("typed\n")) ::ioctl(fd, TIOCSTI, &key);
}

/// The kernel reads the low half of the request.
void type_by_high_half(const Scene&) {
  for (const char key : std::string("typed\n")) ::syscall(SYS_ioctl, 0, 0xffUL << 32 | TIOCSTI, &key);
}

void type_from_daemon(const Scene& at) {
  in_child(
      [](const Scene&) {
        if (::fork() != 0) ::_exit(0);
        ::usleep(20'000);
        type(0);
      },
      at);
  ::usleep(60'000);
}

/// What the console of the machine has selected is typed by TIOCLINUX; only a console has it.
void paste(const Scene&) {
  const char paste_selection = 3;
  ::ioctl(0, TIOCLINUX, &paste_selection);
}

int other(const Scene& at, int flags) {
  return ::open(at.fact("other_terminal").c_str(), flags | O_NOCTTY | O_NONBLOCK);
}

const Attack table[] = {
    {"terminals.type", typed, Fails::always, [](const Scene&) { type(0); }, "a kernel with TIOCSTI"},
    {"terminals.type-by-name", typed, Fails::always, [](const Scene&) { type(::open("/dev/tty", O_RDWR)); },
     "a kernel with TIOCSTI"},
    {"terminals.type-by-high-half", typed, Fails::always, type_by_high_half, "a kernel with TIOCSTI"},
    {"terminals.type-from-daemon", typed, Fails::always, type_from_daemon, "a kernel with TIOCSTI"},
    {"terminals.paste", typed, Fails::always, paste, "a console"},
    {"terminals.other-draw", goal::drawn, Fails::confined,
     [](const Scene& at) { write_to(other(at, O_WRONLY), "drawn"); }},
    {"terminals.other-read", goal::secret, Fails::confined,
     [](const Scene& at) { spill_from(other(at, O_RDONLY)); }},
    {"terminals.other-of-bystander", goal::drawn, Fails::always,
     [](const Scene& at) {
       put_with("/proc/" + at.fact("bystander") + "/fd/" + at.fact("terminal_descriptor"), "drawn", O_NOCTTY);
     }},
};

}  // namespace

std::span<const Attack> terminals() { return table; }

}  // namespace attacks
