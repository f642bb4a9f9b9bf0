// Tries to starve PID 1 (argument 1: its number), and to limit itself.
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/sandbox/inmates/said.h"

int main(int argc, char** argv) {
  const pid_t target = argc > 1 ? std::atoi(argv[1]) : 1;
  rlimit limit{};
  say("own_limit", ::prlimit(0, RLIMIT_NOFILE, nullptr, &limit));
  say("own_limit_set", ::setrlimit(RLIMIT_NOFILE, &limit));
  say("own_nice", ::setpriority(PRIO_PROCESS, 0, 1));
  say("prlimit", ::prlimit(target, RLIMIT_NOFILE, &limit, nullptr));
  cpu_set_t processors;
  CPU_ZERO(&processors);
  CPU_SET(0, &processors);
  say("own_affinity", ::sched_setaffinity(0, sizeof processors, &processors));
  say("affinity", ::sched_setaffinity(target, sizeof processors, &processors));
  const sched_param idle{};
  say("scheduler", ::sched_setscheduler(target, SCHED_BATCH, &idle));
  say("nice", ::setpriority(PRIO_PROCESS, static_cast<id_t>(target), 1));
  say("nice_user", ::setpriority(PRIO_USER, 0, 1));
  say("ioprio", ::syscall(SYS_ioprio_set, 1, target, 0));
  say("trace", ::ptrace(PTRACE_SEIZE, target, nullptr, nullptr));
  say("getfd", ::syscall(SYS_pidfd_getfd, ::syscall(SYS_pidfd_open, target, 0), 0, 0));
  if (target != 1) say("stop", ::kill(target, SIGSTOP));
  return 0;
}
