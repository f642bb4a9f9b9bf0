#include "sandbox/launcher/worker.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <vector>

#include "sandbox/launcher/capabilities.h"
#include "sandbox/launcher/landlock.h"
#include "sandbox/launcher/limits.h"
#include "sandbox/launcher/seccomp.h"
#include "sandbox/launcher/wire.h"
#include "sandbox/sys/close_all_but.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/process.h"

namespace sandbox {
namespace {

/// Above the standard descriptors.
sys::Fd lifted(int fd) {
  sys::Fd copy(::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!copy) throw sys::SysError(errno, "keeping a worker's descriptor");
  return copy;
}

/// Of init's nothing else, and nothing of the caller's.
void keep_only(const std::vector<int>& fds) {
  sys::close_all_but(fds);
  ::syscall(SYS_close_range, 0U, unsigned{STDERR_FILENO}, 0U);
  for (int standard = 0; standard <= STDERR_FILENO; ++standard)
    if (::open("/dev/null", O_RDWR) != standard) throw sys::SysError(errno, "opening /dev/null");
}

void confine(const Spec& spec, Tier tier, int own_root) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
    throw sys::SysError(errno, "binding a worker to its parent");
  set_limits(spec.limits);
  drop_all_privileges();
  if (::chdir(spec.cwd.c_str()) != 0) throw sys::SysError(errno, "entering {}", spec.cwd);
  if (!spec.is_guest) {
    std::vector<std::string> missing;  // the session has told it
    enter_landlock_domain(spec, tier, own_root, missing);
    install_ungated_filter(ungated_filter_for(spec, tier));
  }
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) throw sys::SysError(errno, "closing a worker to the turns");
}

}  // namespace

void run_worker(const Spec& spec, Tier tier, int own_root, sys::Channel owner) noexcept {
  try {
    sys::Channel channel(lifted(owner.fd()));
    sys::Fd root = own_root >= 0 ? lifted(own_root) : sys::Fd();
    keep_only({channel.fd(), root.get()});
    owner = sys::Channel(sys::Fd());
    try {
      confine(spec, tier, root.get());
      root.close();
      const sys::Fd self = sys::open_process(::getpid());
      if (!self) throw sys::SysError(errno, "opening a worker's process");
      tell(channel, Tag::ready, {}, {self.get()});
      spec.worker(channel);
    } catch (const std::exception& error) {
      tell_failure(channel, error);
      ::_exit(1);
    }
  } catch (const std::exception&) {  // nobody can be told
    ::_exit(1);
  }
  ::_exit(0);
}

}  // namespace sandbox
