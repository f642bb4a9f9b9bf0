#include "sandbox/launcher/namespaces.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "sandbox/launcher/wire.h"
#include "sandbox/sys/fd.h"

namespace sandbox {
namespace {

void write_map(const std::string& process, const char* name, const std::string& text) {
  const std::string path = fmt::format("/proc/{}/{}", process, name);
  const sys::Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  // One write: the kernel takes a map in one piece.
  if (!file || ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw Refused(errno, sys::SysError(errno, "writing {}", path).what());
}

// A change of ids, or a supervisor that hides its memory, makes a process non-dumpable: /proc/self is root's.
void own_proc_self() {
  if (::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) throw sys::SysError(errno, "opening /proc/self to itself");
}

}  // namespace

std::uint64_t namespaces_of(const Spec& spec) {
  std::uint64_t flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS;
  if (spec.mode == Mode::danger_full_access) return flags;
  flags |= CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
  if (spec.network != Network::full) flags |= CLONE_NEWNET;
  return flags;
}

sys::Child fork_into(std::uint64_t namespaces) {
  try {
    return sys::fork_with(namespaces);
  } catch (const sys::SysError& error) {
    throw Refused(error.error_number(),
                  std::string("making user, PID and mount namespaces: ") + error.what());
  }
}

void write_id_maps(const std::string& process, const User& user) {
  write_map(process, "uid_map", fmt::format("{} {} 1\n", user.inside_uid, user.uid));
  write_map(process, "gid_map", fmt::format("{} {} 1\n", user.inside_gid, user.gid));
}

void map_own_ids(const User& user) {
  own_proc_self();
  write_map("self", "setgroups", "deny");  // or it may map no group: user_namespaces(7)
  write_id_maps("self", user);
}

void become(const User& user, bool any_user, bool namespaced) {
  if (!any_user) return own_proc_self();
  const uid_t uid = namespaced ? user.inside_uid : user.uid;
  const gid_t gid = namespaced ? user.inside_gid : user.gid;
  // In a user namespace that maps one user (bubblewrap's) nobody gives up groups: they stay, as an ordinary
  // user's do.
  const bool is_own = ::geteuid() == uid && ::getegid() == gid;
  const bool keeps_groups = ::setgroups(0, nullptr) != 0;
  if ((keeps_groups && (errno != EPERM || !is_own)) || ::setresgid(gid, gid, gid) != 0 ||
      ::setresuid(uid, uid, uid) != 0)
    throw sys::SysError(errno, "becoming user {} and group {}", uid, gid);
  own_proc_self();
}

}  // namespace sandbox
