#include "sandbox/net/apart.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "sandbox/launcher/capabilities.h"
#include "sandbox/sys/close_all_but.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"

namespace sandbox {
namespace {

/// What the supervisor does with signals is not ours, and the terminal's are the command's.
void settle_signals() {
  ::setsid();
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int signal = 1; signal <= SIGRTMAX; ++signal) ::sigaction(signal, &action, nullptr);
  action.sa_handler = SIG_IGN;  // a socket whose other end has gone is an errno
  ::sigaction(SIGPIPE, &action, nullptr);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void keep_only(const std::vector<int>& kept) {
  const sys::Fd nothing = sys::open_file("/dev/null", O_RDWR);
  for (int fd = 0; fd <= STDERR_FILENO; ++fd)
    if (::dup2(nothing.get(), fd) < 0) throw sys::SysError(errno, "closing the supervisor's descriptors");
  sys::close_all_but(kept);
}

void become(const User& user) {
  if (user.uid != ::geteuid() && may_set_ids() &&
      (::setgroups(0, nullptr) != 0 || ::setresgid(user.gid, user.gid, user.gid) != 0 ||
       ::setresuid(user.uid, user.uid, user.uid) != 0))
    throw sys::SysError(errno, "becoming user {}", user.uid);
  drop_all_privileges();
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) throw sys::SysError(errno, "closing egress to others");
}

}  // namespace

void stand_apart(const char* name, const std::vector<int>& kept, const User& user) {
  ::prctl(PR_SET_NAME, name, 0, 0, 0);
  settle_signals();
  keep_only(kept);
  if (::chdir("/") != 0) throw sys::SysError(errno, "leaving the directory");
  become(user);
}

std::size_t connections_that_fit(rlim_t descriptors_each) {
  constexpr rlim_t others = 256;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_max > others ? static_cast<std::size_t>((limit.rlim_max - others) / descriptors_each) : 0;
}

}  // namespace sandbox
