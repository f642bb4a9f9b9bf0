#include "sandbox/launcher/command.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <vector>

#include "sandbox/launcher/capabilities.h"
#include "sandbox/launcher/exec_first.h"
#include "sandbox/launcher/landlock.h"
#include "sandbox/launcher/launch.h"
#include "sandbox/launcher/limits.h"
#include "sandbox/launcher/seccomp.h"
#include "sandbox/launcher/wire.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/process.h"

namespace sandbox {
namespace {

sys::Fd own_pidfd() {
  sys::Fd self = sys::open_process(::getpid());
  if (!self) throw sys::SysError(errno, "opening the command's process");
  return self;
}

/// The supervisor reads this process' memory at its exec.
void become_readable() {
  if (::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) throw sys::SysError(errno, "becoming readable");
}

void hand_up_namespaces(const Spec& spec, Tier tier, sys::Channel& channel) {
  if (spec.publish.empty() || tier != Tier::a) return;
  const sys::Fd users = sys::open_file("/proc/self/ns/user", O_RDONLY);
  const sys::Fd network = sys::open_file("/proc/self/ns/net", O_RDONLY);
  tell(channel, Tag::inside, {}, {users.get(), network.get()});
}

}  // namespace

Handed prepare_command(const Spec& spec, Tier tier, sys::Channel& channel) {
  Handed handed;
  if (spec.network == Network::allowlist && tier == Tier::a && spec.mode != Mode::danger_full_access)
    handed.doors = open_doors();
  set_limits(spec.limits);
  drop_all_privileges();
  if (spec.is_guest) return handed;
  Filter installed = install_filter(filter_for(spec, tier));
  if (!installed.wait_killable)
    tell(channel, Tag::note, "a signal can interrupt an exec while it is judged: needs Linux 5.19");
  handed.listener = std::move(installed.listener);
  return handed;
}

void confine_command(const Spec& spec, Tier tier, int own_root, const Handed& handed, sys::Channel& channel) {
  if (::chdir(spec.cwd.c_str()) != 0) throw sys::SysError(errno, "entering {}", spec.cwd);
  hand_up_namespaces(spec, tier, channel);
  std::vector<std::string> missing;
  if (!spec.is_guest) enter_landlock_domain(spec, tier, own_root, missing);
  for (const std::string& sentence : missing) tell(channel, Tag::note, sentence);
  if (tier == Tier::a && spec.private_tmp && spec.mode != Mode::danger_full_access &&
      spec.limits.tmp_bytes != 0)
    tell(channel, Tag::tmp, {}, {sys::open_file("/tmp", O_PATH).get()});
  const sys::Fd self = own_pidfd();
  std::vector<int> fds = {self.get()};
  if (handed.listener) fds.push_back(handed.listener.get());
  if (handed.doors)
    for (const int fd : fds_of(*handed.doors)) fds.push_back(fd);
  become_readable();
  tell(channel, Tag::ready, {}, fds);
}

void start_command(const Spec& spec, sys::Channel& channel) {
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int error =
      spec.program.empty() ? exec_first(spec.argv, spec.env) : exec_path(spec.program, spec.argv, spec.env);
  const Report report{Report::Kind::exec_failed, error};
  channel.send({reinterpret_cast<const char*>(&report), sizeof report});
  ::_exit(error == ENOENT ? 127 : 126);
}

}  // namespace sandbox
