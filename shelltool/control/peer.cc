#include "shelltool/control/peer.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/launcher/init.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/kernel.h"
#include "sandbox/sys/process.h"
#include "sandbox/sys/text.h"

namespace shelltool {
namespace {

constexpr std::size_t most_bytes = 64 * 1024;
constexpr int longest_climb = 1024;

std::string file_of(pid_t process, const char* name) {
  return sys::read_file(fmt::format("/proc/{}/{}", process, name), most_bytes);
}

bool shares_namespace(pid_t process, const char* kind) {
  struct stat theirs {
  }, ours{};
  return ::stat(fmt::format("/proc/{}/ns/{}", process, kind).c_str(), &theirs) == 0 &&
         ::stat(fmt::format("/proc/self/ns/{}", kind).c_str(), &ours) == 0 && theirs.st_ino == ours.st_ino &&
         theirs.st_dev == ours.st_dev;
}

bool is_confined_more(pid_t process) {
  const std::string theirs = file_of(process, "status"), ours = file_of(::getpid(), "status");
  return sys::number_behind(theirs, "\nNoNewPrivs:") > sys::number_behind(ours, "\nNoNewPrivs:") ||
         sys::number_behind(theirs, "\nSeccomp_filters:") > sys::number_behind(ours, "\nSeccomp_filters:");
}

/// The first process of a sandbox has this name, and who lives below it cannot give it another one.
bool descends_from_launcher(pid_t process) {
  for (int climb = 0; climb < longest_climb && process > 1; ++climb) {
    if (file_of(process, "comm") == std::string(sandbox::init_name) + "\n") return true;
    process = static_cast<pid_t>(sys::number_behind(file_of(process, "status"), "\nPPid:"));
  }
  return false;
}

sys::Fd pidfd_of(int socket, pid_t process) {
  int fd = -1;
  socklen_t size = sizeof fd;
  if (::getsockopt(socket, SOL_SOCKET, sys::kernel::so_peerpidfd, &fd, &size) == 0) return sys::Fd(fd);
  return sys::open_process(process);
}

bool has_ended(const sys::Fd& process) {
  pollfd end{process.get(), POLLIN, 0};
  return !process || ::poll(&end, 1, 0) != 0;
}

std::string why_confined(pid_t process) {
  if (!shares_namespace(process, "pid") || !shares_namespace(process, "user"))
    return "it runs in a sandbox or container";
  if (descends_from_launcher(process)) return "it runs in a gatehouse's sandbox";
  if (is_confined_more(process))
    return "it has given up rights that gatehouse has, as programs in sandboxes have";
  return {};
}

}  // namespace

std::string why_not_heard(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.pid <= 0)
    return "it cannot be told who asks";
  if (peer.uid != ::geteuid()) return "it is another user";
  const sys::Fd process = pidfd_of(socket, peer.pid);
  std::string why;
  try {
    why = why_confined(peer.pid);
  } catch (const sys::Error&) {
    why = "it cannot be told who asks";
  }
  // Else its number may be another's by now.
  if (why.empty() && has_ended(process)) why = "it has ended";
  return why;
}

}  // namespace shelltool
