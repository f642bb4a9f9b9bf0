// Kernel features: other system call tables, tracing, filters, namespaces.

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/user.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "raw.h"

namespace raw {
namespace {

#ifdef __x86_64__
/// 32-bit system calls take 32-bit pointers: the words are copied below 4 GiB.
void exec_i386(const char* canary) {
  struct Low {
    char path[2048];
    char word[16];
    unsigned argv[2];
    unsigned env[1];
  };
  Low* const low = static_cast<Low*>(
      mmap(nullptr, sizeof(Low), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0));
  strncpy(low->path, canary, sizeof low->path - 1);
  strcpy(low->word, "x");
  const auto address = [](const void* of) {
    return static_cast<unsigned>(reinterpret_cast<unsigned long>(of));
  };
  low->argv[0] = address(low->word);
  constexpr long execve_i386 = 11;
  long result = execve_i386;
  asm volatile("int $0x80"
               : "+a"(result)
               : "b"(address(low->path)), "c"(address(low->argv)), "d"(address(low->env))
               : "memory");
  if (result == -ENOSYS) cannot("this kernel has no 32-bit system calls");
}

void exec_x32(const char* canary) {
  unsigned argv[] = {0}, env[] = {0};
  constexpr long execve_x32 = 0x40000000 + 520;
  if (syscall(execve_x32, canary, argv, env) < 0 && errno == ENOSYS)
    cannot("this kernel has no x32 system calls");
}

void exec_number_with_high_bits(const char* canary) {
  char word[] = "x";
  char* argv[] = {word, nullptr};
  char* env[] = {nullptr};
  long result = static_cast<long>(0xffffffff00000000UL | SYS_execve);  // the kernel looks at the low half
  asm volatile("syscall" : "+a"(result) : "D"(canary), "S"(argv), "d"(env) : "rcx", "r11", "memory");
}
#else
void exec_i386(const char*) { cannot("no 32-bit system calls here"); }
void exec_x32(const char*) { cannot("no x32 system calls here"); }
void exec_number_with_high_bits(const char*) { cannot("x86-64 only"); }
#endif

/// The child asks to be traced; whatever it stops for, it goes on.
void traced_by_parent(const char* canary) {
  const pid_t child = fork();
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    raise(SIGSTOP);
    exec_plainly(canary);
    _exit(1);
  }
  for (int status; waitpid(child, &status, __WALL) == child && WIFSTOPPED(status);)
    ptrace(PTRACE_CONT, child, nullptr, nullptr);
}

void seized_by_parent(const char* canary) {
  const pid_t child = fork();
  if (child == 0) {
    usleep(100'000);
    exec_plainly(canary);
    _exit(1);
  }
  ptrace(PTRACE_SEIZE, child, nullptr, PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD);
  for (int status; waitpid(child, &status, __WALL) == child && WIFSTOPPED(status);)
    ptrace(PTRACE_CONT, child, nullptr, nullptr);
}

#ifdef __x86_64__
/// A harmless program is started, and its tracer turns one of its system calls into the forbidden exec.
void exec_injected(const char* canary) {
  static char path[2048];
  strncpy(path, canary, sizeof path - 1);
  const pid_t child = fork();
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    raise(SIGSTOP);
    for (;;) getppid();
  }
  int status;
  waitpid(child, &status, __WALL);
  ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
  waitpid(child, &status, __WALL);
  while (WIFSTOPPED(status)) {
    user_regs_struct registers{};
    ptrace(PTRACE_GETREGS, child, nullptr, &registers);
    if (registers.orig_rax == SYS_getppid) {
      registers.orig_rax = SYS_execve;
      registers.rdi = reinterpret_cast<unsigned long>(path);
      registers.rsi = registers.rdx = 0;
      ptrace(PTRACE_SETREGS, child, nullptr, &registers);
      break;
    }
    ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
    waitpid(child, &status, __WALL);
  }
  for (int turns = 0; turns < 20 && WIFSTOPPED(status); ++turns) {
    ptrace(PTRACE_CONT, child, nullptr, nullptr);
    waitpid(child, &status, __WALL | WNOHANG);
    usleep(10'000);
  }
  kill(child, SIGKILL);
}
#else
void exec_injected(const char*) { cannot("x86-64 only"); }
#endif

int install(const sock_fprog& program, unsigned long flags) {
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  return static_cast<int>(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program));
}

void filtered(const char* canary, unsigned verdict) {
  sock_filter code[] = {BPF_STMT(BPF_RET | BPF_K, verdict)};
  install({1, code}, 0);
  exec_plainly(canary);
}

/// A gate of one's own that lets everything pass, as an inner supervisor would.
void own_listener(const char* canary) {
  sock_filter code[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 0, 1),
                        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
                        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const int listener = install({4, code}, SECCOMP_FILTER_FLAG_NEW_LISTENER);
  const pid_t child = fork();
  if (child == 0) {
    exec_plainly(canary);
    _exit(1);
  }
  seccomp_notif asked{};
  pollfd ready{listener, POLLIN, 0};
  if (listener >= 0 && poll(&ready, 1, 2000) == 1 && ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) == 0) {
    seccomp_notif_resp answer{};
    answer.id = asked.id;
    answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
  }
  waitpid(child, nullptr, 0);
}

void in_namespaces(const char* canary, int flags) {
  in_child([=] {
    if (unshare(flags) != 0) cannot("no namespaces for this user");
    in_child([=] { exec_plainly(canary); });
  });
}

void in_own_root(const char* canary) {
  in_child([=] {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) cannot("no namespaces for this user");
    const std::string path = canary;
    const std::string directory = path.substr(0, path.rfind('/'));
    mkdir("root", 0755);
    mkdir("root/bin", 0755);
    for (const char* needed : {"lib", "lib64", "usr"}) {
      const std::string inside = std::string("root/") + needed;
      mkdir(inside.c_str(), 0755);
      mount((std::string("/") + needed).c_str(), inside.c_str(), nullptr, MS_BIND | MS_REC, nullptr);
    }
    if (mount(directory.c_str(), "root/bin", nullptr, MS_BIND, nullptr) != 0) return;
    if (chroot("root") == 0 && chdir("/") == 0) exec_plainly("/bin/canary");
  });
}

constexpr Way ways[] = {
    {"int-0x80", exec_i386},
    {"x32", exec_x32},
    {"number-with-high-bits", exec_number_with_high_bits},
    {"traced-by-parent", traced_by_parent},
    {"seized-by-parent", seized_by_parent},
    {"injected-by-tracer", exec_injected},
    {"personality",
     [](const char* canary) {
       personality(READ_IMPLIES_EXEC | ADDR_NO_RANDOMIZE);
       exec_plainly(canary);
     }},
    {"personality-32",
     [](const char* canary) {
       personality(PER_LINUX32);
       exec_plainly(canary);
     }},
    {"own-filter-allow", [](const char* canary) { filtered(canary, SECCOMP_RET_ALLOW); }},
    {"own-filter-log", [](const char* canary) { filtered(canary, SECCOMP_RET_LOG); }},
    {"own-listener", own_listener},
    {"own-user-namespace", [](const char* canary) { in_namespaces(canary, CLONE_NEWUSER); }},
    {"own-mount-namespace", [](const char* canary) { in_namespaces(canary, CLONE_NEWUSER | CLONE_NEWNS); }},
    {"own-pid-namespace",
     [](const char* canary) { in_namespaces(canary, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID); }},
    {"own-namespaces-all",
     [](const char* canary) {
       in_namespaces(canary, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |
                                 CLONE_NEWUTS | CLONE_NEWCGROUP);
     }},
    {"own-root", in_own_root},
};

}  // namespace

std::span<const Way> kernel_ways() { return ways; }

}  // namespace raw
