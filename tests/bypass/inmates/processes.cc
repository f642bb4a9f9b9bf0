// Who calls: forks of every kind, threads, sessions, signals, limits.

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "raw.h"

namespace raw {
namespace {

alignas(16) char other_stack[64 * 1024];
const char* the_canary;  // for what takes no argument: handlers, threads

int exec_from_clone(void* canary) {
  exec_plainly(static_cast<const char*>(canary));
  return 1;
}

void by_clone(const char* canary, int flags) {
  clone(exec_from_clone, other_stack + sizeof other_stack, flags, const_cast<char*>(canary));
  usleep(200'000);
}

void* exec_from_thread(void* canary) {
  exec_plainly(static_cast<const char*>(canary));
  return nullptr;
}

void in_thread(void* (*body)(void*), const char* canary) {
  pthread_t thread;
  pthread_create(&thread, nullptr, body, const_cast<char*>(canary));
  pthread_join(thread, nullptr);
}

void on_signal(int) { exec_plainly(the_canary); }

void* idle(void*) {
  for (;;) pause();
}

void* vfork_from_thread(void* canary) {
  const pid_t child = vfork();
  if (child == 0) {
    exec_plainly(static_cast<const char*>(canary));
    _exit(1);
  }
  waitpid(child, nullptr, 0);
  return nullptr;
}

void spawn(const char* canary, short flags) {
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, flags);
  char word[] = "x";
  char* argv[] = {word, nullptr};
  char* env[] = {nullptr};
  pid_t child;
  if (posix_spawn(&child, canary, nullptr, &attributes, argv, env) == 0) waitpid(child, nullptr, 0);
}

void fork_deeper(const char* canary, int levels) {
  if (levels == 0) return exec_plainly(canary);
  in_child([=] { fork_deeper(canary, levels - 1); });
}

void limited(const char* canary, __rlimit_resource resource, rlim_t value) {
  in_child([=] {
    const rlimit limit{value, value};
    setrlimit(resource, &limit);
    exec_plainly(canary);
  });
}

constexpr Way ways[] = {
    {"fork", [](const char* canary) { in_child([=] { exec_plainly(canary); }); }},
    {"vfork", [](const char* canary) { vfork_from_thread(const_cast<char*>(canary)); }},
    {"posix-spawn", [](const char* canary) { spawn(canary, 0); }},
    {"posix-spawn-session", [](const char* canary) { spawn(canary, POSIX_SPAWN_SETSID); }},
    {"clone-shared-memory", [](const char* canary) { by_clone(canary, CLONE_VM | SIGCHLD); }},
    {"clone-shared-all",
     [](const char* canary) { by_clone(canary, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND); }},
    {"clone-untraced", [](const char* canary) { by_clone(canary, CLONE_VM | CLONE_UNTRACED | SIGCHLD); }},
    {"clone-sibling",
     [](const char* canary) {
       in_child([=] { by_clone(canary, CLONE_PARENT | SIGCHLD); });
       usleep(200'000);
     }},
    {"clone-no-signal", [](const char* canary) { by_clone(canary, 0); }},
    {"clone3",
     [](const char* canary) {
       std::uint64_t arguments[8] = {};
       arguments[4] = SIGCHLD;
       const long child = syscall(SYS_clone3, arguments, sizeof arguments);
       if (child == 0) exec_plainly(canary);
       usleep(200'000);
     }},
    {"thread", [](const char* canary) { in_thread(exec_from_thread, canary); }},
    {"thread-vfork", [](const char* canary) { in_thread(vfork_from_thread, canary); }},
    {"thread-without-leader",
     [](const char* canary) {
       in_child([=] {
         pthread_t thread;
         pthread_create(
             &thread, nullptr,
             [](void* path) -> void* {
               usleep(50'000);
               return exec_from_thread(path);
             },
             const_cast<char*>(canary));
         syscall(SYS_exit, 0);
       });
     }},
    {"many-threads",
     [](const char* canary) {
       pthread_t threads[16];
       for (auto& each : threads) pthread_create(&each, nullptr, exec_from_thread, const_cast<char*>(canary));
       for (const auto each : threads) pthread_join(each, nullptr);
     }},
    {"leader-with-threads",
     [](const char* canary) {
       pthread_t thread;
       for (int i = 0; i < 8; ++i) pthread_create(&thread, nullptr, idle, nullptr);
       exec_plainly(canary);
     }},
    {"deep-fork", [](const char* canary) { fork_deeper(canary, 30); }},
    {"double-fork",
     [](const char* canary) {
       in_child([=] {
         setsid();
         if (fork() == 0) exec_plainly(canary);
         _exit(0);
       });
       usleep(200'000);
     }},
    {"daemon",
     [](const char* canary) {
       in_child([=] {
         if (daemon(0, 0) == 0) exec_plainly(canary);
       });
       usleep(200'000);
     }},
    {"orphan",
     [](const char* canary) {
       in_child([=] {
         if (fork() == 0) {
           usleep(100'000);  // by then the parent is gone
           exec_plainly(canary);
         }
         _exit(0);
       });
       usleep(300'000);
     }},
    {"own-session",
     [](const char* canary) {
       in_child([=] {
         setsid();
         exec_plainly(canary);
       });
     }},
    {"signal-handler",
     [](const char* canary) {
       the_canary = canary;
       signal(SIGUSR1, on_signal);
       raise(SIGUSR1);
     }},
    {"signal-handler-on-its-own-stack",
     [](const char* canary) {
       the_canary = canary;
       stack_t stack{};
       stack.ss_sp = other_stack;
       stack.ss_size = sizeof other_stack;
       sigaltstack(&stack, nullptr);
       struct sigaction action {};
       action.sa_handler = on_signal;
       action.sa_flags = SA_ONSTACK;
       sigaction(SIGSEGV, &action, nullptr);
       raise(SIGSEGV);
     }},
    {"signal-storm",
     [](const char* canary) {
       struct sigaction action {};
       action.sa_handler = [](int) {};
       sigaction(SIGURG, &action, nullptr);  // the canary, started anew, ignores it
       const pid_t target = getpid();
       const pid_t storm = fork();
       if (storm == 0) {
         for (int i = 0; i < 200'000 && getppid() == target; ++i) kill(target, SIGURG);
         _exit(0);
       }
       for (int i = 0; i < 20; ++i) exec_plainly(canary);
     }},
    {"signals-blocked",
     [](const char* canary) {
       sigset_t all;
       sigfillset(&all);
       sigprocmask(SIG_BLOCK, &all, nullptr);
       exec_plainly(canary);
     }},
    {"children-ignored",
     [](const char* canary) {
       signal(SIGCHLD, SIG_IGN);
       in_child([=] { exec_plainly(canary); });
     }},
    {"not-dumpable",
     [](const char* canary) {
       prctl(PR_SET_DUMPABLE, 0);
       exec_plainly(canary);
     }},
    {"no-descriptors",
     [](const char* canary) {
       close_range(0, ~0U, 0);
       exec_plainly(canary);
     }},
    {"no-memory-locked", [](const char* canary) { limited(canary, RLIMIT_MEMLOCK, 0); }},
    {"small-stack", [](const char* canary) { limited(canary, RLIMIT_STACK, 256 * 1024); }},
    {"umask",
     [](const char* canary) {
       umask(0777);
       exec_plainly(canary);
     }},
    {"no-new-privileges",
     [](const char* canary) {
       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
       exec_plainly(canary);
     }},
    {"tried-a-thousand-times",
     [](const char* canary) {
       for (int i = 0; i < 1000; ++i) exec_plainly(canary);
     }},
};

}  // namespace

std::span<const Way> process_ways() { return ways; }

}  // namespace raw
