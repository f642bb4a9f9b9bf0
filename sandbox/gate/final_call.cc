#include "sandbox/gate/final_call.h"

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>

#include <cerrno>

#include "sandbox/sys/error.h"

namespace sandbox {
namespace {

#if defined(__x86_64__)

void call_exit(user_regs_struct& registers, int status) {
  constexpr unsigned syscall_size = 2;
  registers.rip -= syscall_size;
  registers.rax = SYS_exit_group;
  registers.rdi = static_cast<unsigned>(status);
  registers.orig_rax = ~0ULL;  // in no call now, so that the kernel does not restart the last one
}

#elif defined(__aarch64__)

void call_exit(user_regs_struct& registers, int status) {
  constexpr unsigned svc_size = 4;
  registers.pc -= svc_size;
  registers.regs[8] = SYS_exit_group;
  registers.regs[0] = static_cast<unsigned>(status);
}

#else
#error "how does a program call the kernel on this processor?"
#endif

}  // namespace

void make_final_call(pid_t tid, int status) {
  user_regs_struct registers{};
  iovec piece{&registers, sizeof registers};
  void* const general = reinterpret_cast<void*>(NT_PRSTATUS);
  if (::ptrace(PTRACE_GETREGSET, tid, general, &piece) != 0)
    throw sys::SysError(errno, "reading the registers of thread {}", tid);
  call_exit(registers, status);
  if (::ptrace(PTRACE_SETREGSET, tid, general, &piece) != 0)
    throw sys::SysError(errno, "setting the registers of thread {}", tid);
}

}  // namespace sandbox
