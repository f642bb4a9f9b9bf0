#include "sandbox/launcher/inherited.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "sandbox/sys/error.h"

namespace sandbox {
namespace {

/// A group of the terminal's session: who is in it can be joined by those of that session alone.
pid_t group_to_join(pid_t tid) {
  const pid_t session = ::getsid(tid);
  const pid_t group = ::getpgid(tid);
  if (session < 0 || group < 0) throw sys::SysError(errno, "looking at the group of thread {}", tid);
  return session == ::getsid(0) ? group : 0;
}

}  // namespace

Inherited inherited_from(const Task& task) {
  Inherited inherited;
  for (int fd = 0; fd < 3; ++fd) inherited.standard[static_cast<std::size_t>(fd)] = task.descriptor(fd);
  inherited.group = group_to_join(task.tid());
  inherited.umask = task.umask();
  inherited.ignored = task.ignored_signals();
  return inherited;
}

void take_standing(const Inherited& inherited) {
  for (int fd = 0; fd < 3; ++fd) {
    const sys::Fd& theirs = inherited.standard[static_cast<std::size_t>(fd)];
    const sys::Fd nothing = theirs ? sys::Fd() : sys::open_file("/dev/null", O_RDWR);
    if (::dup2(theirs ? theirs.get() : nothing.get(), fd) < 0)
      throw sys::SysError(errno, "taking descriptor {}", fd);
  }
  if (inherited.group == 0) {
    if (::setsid() < 0) throw sys::SysError(errno, "making a session");
  } else if (::setpgid(0, inherited.group) != 0) {
    throw sys::SysError(errno, "joining process group {}", inherited.group);
  }
}

void take_habits(const Inherited& inherited) {
  ::umask(inherited.umask);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  for (int number = 1; number < SIGRTMIN; ++number)
    if ((inherited.ignored >> static_cast<unsigned>(number - 1) & 1U) != 0)
      ::sigaction(number, &ignore, nullptr);
}

}  // namespace sandbox
