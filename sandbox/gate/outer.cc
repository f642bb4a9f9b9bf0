#include "sandbox/gate/outer.h"

#include <sys/syscall.h>
#include <unistd.h>

namespace sandbox {

sys::Fd call_outer() {
  // Should there be such a file after all, the kernel cannot read these arguments, and starts nothing.
  constexpr long nowhere = 1;
  const long answer = ::syscall(SYS_execve, outer_name, nowhere, nowhere);
  return sys::Fd(answer > 0 ? static_cast<int>(answer) : -1);
}

}  // namespace sandbox
