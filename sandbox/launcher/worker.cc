#include "sandbox/launcher/worker.h"

#include <fcntl.h>
#include <linux/close_range.h>
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
#include "sandbox/sys/error.h"
#include "sandbox/sys/process.h"

namespace sandbox {
namespace {

/// Nothing of init's but the channel, which stands above the standard descriptors.
sys::Channel keep_only(const sys::Channel& owner) {
  sys::Channel kept(sys::Fd(::fcntl(owner.fd(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1)));
  if (kept.fd() < 0) throw sys::SysError(errno, "keeping a worker's channel");
  const auto fd = static_cast<unsigned>(kept.fd());
  ::syscall(SYS_close_range, 0U, fd - 1, 0U);
  ::syscall(SYS_close_range, fd + 1, ~0U, 0U);
  for (int standard = 0; standard <= STDERR_FILENO; ++standard)
    if (::open("/dev/null", O_RDWR) != standard) throw sys::SysError(errno, "opening /dev/null");
  return kept;
}

void confine(const Spec& spec, Tier tier) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
    throw sys::SysError(errno, "binding a worker to its parent");
  set_limits(spec.limits);
  drop_all_privileges();
  if (::chdir(spec.cwd.c_str()) != 0) throw sys::SysError(errno, "entering {}", spec.cwd);
  if (!spec.is_guest) {
    std::vector<std::string> missing;  // the session has told it
    enter_landlock_domain(spec, tier, missing);
    install_ungated_filter(ungated_filter_for(spec, tier));
  }
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) throw sys::SysError(errno, "closing a worker to the turns");
}

}  // namespace

void run_worker(const Spec& spec, Tier tier, sys::Channel owner) noexcept {
  try {
    sys::Channel channel = keep_only(owner);
    owner = sys::Channel(sys::Fd());
    try {
      confine(spec, tier);
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
