/// The program in the place of one that has been moved into another sandbox. It knows nothing and holds
/// nothing: whoever traces it sees its signals, and has it end as the other has ended (StandIn). Without a
/// library, so that it needs no file in the sandbox.

#include <asm/unistd.h>
#include <linux/prctl.h>
#include <linux/signal.h>

namespace {

long call(long number, long first = 0, long second = 0, long third = 0, long fourth = 0) {
#if defined(__x86_64__)
  register long r10 asm("r10") = fourth;
  long result = number;
  asm volatile("syscall"
               : "+a"(result)
               : "D"(first), "S"(second), "d"(third), "r"(r10)
               : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 asm("x8") = number;
  register long x0 asm("x0") = first;
  register long x1 asm("x1") = second;
  register long x2 asm("x2") = third;
  register long x3 asm("x3") = fourth;
  asm volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
  return x0;
#else
#error "how does a program call the kernel on this processor?"
#endif
}

constexpr long last_signal = 64;
constexpr long mask_size = 8;

}  // namespace

extern "C" [[noreturn]] void _start() {
  static long zero[8];  // SIG_DFL without flags, and a mask of no signals
  call(__NR_close_range, 0, ~0U, 0);
  call(__NR_prctl, PR_SET_DUMPABLE, 0);
  const long nothing = reinterpret_cast<long>(zero);
  for (long signal = 1; signal <= last_signal; ++signal)
    call(__NR_rt_sigaction, signal, nothing, 0, mask_size);
  call(__NR_rt_sigprocmask, SIG_SETMASK, nothing, 0, mask_size);
  call(__NR_kill, call(__NR_getpid), SIGSTOP);  // ready
  for (;;) call(__NR_ppoll, 0, 0, 0, 0);
}
