#include "sandbox/launcher/seccomp.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "sandbox/sys/error.h"
#include "sandbox/sys/kernel.h"

namespace sandbox {
namespace frozen {
#include "filters.inc"
}

std::span<const sock_filter> filter_for(const Spec& spec, Tier tier) {
  if (spec.mode == Mode::danger_full_access) return frozen::unconfined;
  if (tier == Tier::a || spec.network == Network::full) return frozen::confined;
  return frozen::offline;
}

Filter install_filter(std::span<const sock_filter> program) {
  const sock_fprog filter{static_cast<unsigned short>(program.size()),
                          const_cast<sock_filter*>(program.data())};  // the kernel only reads it
  const auto install = [&](unsigned long flags) {
    return sys::Fd(static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter)));
  };
  constexpr unsigned long listen = SECCOMP_FILTER_FLAG_NEW_LISTENER;
  if (sys::Fd listener = install(listen | sys::kernel::seccomp_wait_killable))
    return {std::move(listener), true};
  if (errno == EINVAL)
    if (sys::Fd listener = install(listen)) return {std::move(listener), false};
  throw sys::SysError(errno, "installing the system call filter");
}

}  // namespace sandbox
