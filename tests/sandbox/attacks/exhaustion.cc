// Too much of something, and what stays behind. Each ends by itself, also where nothing ends it.
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "tests/sandbox/attacks/attack.h"

namespace attacks {
namespace {

using goal::survivor;

constexpr unsigned lifetime = 20;  // seconds

[[noreturn]] void stay() {
  ::alarm(lifetime);
  for (;;) ::pause();
}

void make_many(const Scene&) {
  ::setpgid(0, 0);
  for (int count = 0; count < 200; ++count) {
    const pid_t child = ::fork();
    if (child < 0) break;
    if (child == 0) stay();
  }
  hold();
  ::signal(SIGTERM, SIG_IGN);
  ::kill(0, SIGTERM);
}

void make_large(const Scene&) {
  ::signal(SIGXFSZ, SIG_IGN);
  const int fd = ::open("large", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const std::string megabyte(1U << 20, 'x');
  for (int count = 0; count < 8; ++count) write_to(fd, megabyte);
}

void allocate_large(const Scene&) {
  ::signal(SIGXFSZ, SIG_IGN);
  ::posix_fallocate(::open("large", O_WRONLY | O_CREAT | O_CLOEXEC, 0600), 0, 8 << 20);
}

/// Lets go of the caller's descriptors, so that nobody waits for it.
[[noreturn]] void stay_alone() {
  for (int fd = 0; fd < 3; ++fd) ::close(fd);
  stay();
}

void leave_child(const Scene&) {
  if (::fork() == 0) stay_alone();
}

void leave_daemon(const Scene&) {
  if (::fork() != 0) return;
  ::setsid();
  if (::fork() != 0) ::_exit(0);
  stay_alone();
}

void leave_deaf(const Scene&) {
  if (::fork() != 0) return;
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, signal == SIGALRM ? SIG_DFL : SIG_IGN);
  ::setsid();
  stay_alone();
}

void leave_stopped(const Scene&) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(lifetime);
    for (int fd = 0; fd < 3; ++fd) ::close(fd);
    ::raise(SIGSTOP);
    stay();
  }
  ::waitpid(child, nullptr, WUNTRACED);
}

/// Its parent is its parent's.
void leave_sibling(const Scene&) {
  if (::syscall(SYS_clone, CLONE_PARENT | SIGCHLD, nullptr, nullptr, nullptr, nullptr) == 0) stay_alone();
}

/// No tracer is told of it.
void leave_untraced(const Scene&) {
  if (::syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, nullptr, nullptr, nullptr, nullptr) == 0) stay_alone();
}

/// Never the same process for long.
void leave_runner(const Scene&) {
  if (::fork() != 0) return;
  ::setsid();
  for (int fd = 0; fd < 3; ++fd) ::close(fd);
  for (int hop = 0; hop < 300; ++hop) {
    if (::fork() != 0) ::_exit(0);
    ::usleep(10'000);
  }
  ::_exit(0);
}

/// Many at once ask the gate, which must not lose one.
void start_at_once(const Scene& at) {
  std::vector<pid_t> children;
  const std::string program = at.outside("forbidden");
  for (int count = 0; count < 50; ++count) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::execl(program.c_str(), program.c_str(), nullptr);
      ::_exit(1);
    }
    if (child > 0) children.push_back(child);
  }
  for (const pid_t child : children) ::waitpid(child, nullptr, 0);
}

/// Signals interrupt a caller that waits for the gate.
void start_under_signals(const Scene& at) {
  const std::string program = at.outside("forbidden");
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGUSR2, [](int) {});
    for (int count = 0; count < 50; ++count) ::execl(program.c_str(), program.c_str(), nullptr);
    ::_exit(1);
  }
  ::usleep(2000);
  for (int count = 0; count < 200 && ::waitpid(child, nullptr, WNOHANG) == 0; ++count) {
    ::kill(child, SIGUSR2);
    ::usleep(100);
  }
  ::waitpid(child, nullptr, 0);
}

void start_from_threads(const Scene& at) {
  in_child(
      [](const Scene& inner) {
        const std::string path = inner.outside("forbidden");
        std::thread other([&path] { ::execl(path.c_str(), path.c_str(), nullptr); });
        other.join();
      },
      at);
}

const Attack table[] = {
    {"exhaustion.processes", goal::many, Fails::confined, make_many},
    {"exhaustion.file", goal::large, Fails::confined, make_large},
    {"exhaustion.allocation", goal::large, Fails::confined, allocate_large},
    {"exhaustion.starts", goal::ran, Fails::always, start_at_once},
    {"exhaustion.signals", goal::ran, Fails::always, start_under_signals},
    {"exhaustion.threads", goal::ran, Fails::always, start_from_threads},
    {"survivors.child", survivor, Fails::always, leave_child},
    {"survivors.daemon", survivor, Fails::always, leave_daemon},
    {"survivors.deaf", survivor, Fails::always, leave_deaf},
    {"survivors.stopped", survivor, Fails::always, leave_stopped},
    {"survivors.sibling", survivor, Fails::always, leave_sibling},
    {"survivors.untraced", survivor, Fails::always, leave_untraced},
    {"survivors.runner", survivor, Fails::always, leave_runner},
    {"survivors.nohup", survivor, Fails::always,
     [](const Scene& at) {
       shell(at, "nohup setsid sh -c 'sleep 20' \"$PLACE\" > /dev/null 2>&1 < /dev/null & sleep 0.05");
     }},
};

}  // namespace

std::span<const Attack> exhaustion() { return table; }

}  // namespace attacks
