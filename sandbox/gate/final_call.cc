#include "sandbox/gate/final_call.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>

#include <array>
#include <cerrno>

#include "sandbox/sys/error.h"

namespace sandbox {
namespace {

/// A system call's number and arguments.
struct Call {
  long number;
  std::array<std::uint64_t, 5> arguments;
};

#if defined(__x86_64__)

constexpr unsigned instruction_size = 2;  // syscall

std::uint64_t place_of(const user_regs_struct& registers) { return registers.rip; }

void make(user_regs_struct& registers, CallSite site, const Call& call) {
  registers.rip = site.address;
  registers.rax = static_cast<std::uint64_t>(call.number);
  registers.rdi = call.arguments[0];
  registers.rsi = call.arguments[1];
  registers.rdx = call.arguments[2];
  registers.r10 = call.arguments[3];
  registers.r8 = call.arguments[4];
  registers.orig_rax = ~0ULL;  // in no call now, so that the kernel does not restart the last one
}

#elif defined(__aarch64__)

constexpr unsigned instruction_size = 4;  // svc

std::uint64_t place_of(const user_regs_struct& registers) { return registers.pc; }

void make(user_regs_struct& registers, CallSite site, const Call& call) {
  registers.pc = site.address;
  registers.regs[8] = static_cast<std::uint64_t>(call.number);
  for (std::size_t i = 0; i < call.arguments.size(); ++i) registers.regs[i] = call.arguments[i];
}

#else
#error "how does a program call the kernel on this processor?"
#endif

class Registers {
 public:
  explicit Registers(pid_t tid) : tid_(tid) {
    if (::ptrace(PTRACE_GETREGSET, tid, general, &piece_) != 0)
      throw sys::SysError(errno, "reading the registers of thread {}", tid);
  }
  user_regs_struct values{};
  void set() {
    if (::ptrace(PTRACE_SETREGSET, tid_, general, &piece_) != 0)
      throw sys::SysError(errno, "setting the registers of thread {}", tid_);
  }

 private:
  void* const general = reinterpret_cast<void*>(NT_PRSTATUS);
  pid_t tid_;
  iovec piece_{&values, sizeof values};
};

void make(pid_t tid, CallSite site, const Call& call) {
  Registers registers(tid);
  make(registers.values, site, call);
  registers.set();
}

}  // namespace

CallSite call_site_of(pid_t tid) { return {place_of(Registers(tid).values) - instruction_size}; }

void make_final_call(pid_t tid, CallSite site, int status) {
  make(tid, site, {SYS_exit_group, {static_cast<std::uint64_t>(status)}});
}

void make_exec_call(pid_t tid, CallSite site, const ExecCall& call) {
  make(tid, site,
       {SYS_execveat, {static_cast<std::uint64_t>(call.fd), call.empty_path, call.argv, 0, AT_EMPTY_PATH}});
}

}  // namespace sandbox
