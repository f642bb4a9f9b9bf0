// Tries what the deny list refuses.
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

#include "tests/sandbox/inmates/said.h"

namespace {

void try_mounts() {
  say("mount", ::syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, nullptr));
  say("umount2", ::syscall(SYS_umount2, "/tmp", 2));
  say("open_tree", ::syscall(SYS_open_tree, AT_FDCWD, "/", OPEN_TREE_CLONE));
  say("fsopen", ::syscall(SYS_fsopen, "tmpfs", 0));
  mount_attr attributes{};
  attributes.attr_clr = MOUNT_ATTR_RDONLY;
  say("mount_setattr", ::syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, &attributes, sizeof attributes));
  say("pivot_root", ::syscall(SYS_pivot_root, "/", "/"));
  say("chroot", ::syscall(SYS_chroot, "/"));
}

void try_namespaces() {
  say("unshare", ::syscall(SYS_unshare, CLONE_NEWUSER));
  say("unshare_net", ::syscall(SYS_unshare, CLONE_NEWNET));
  const long child = ::syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (child == 0) ::_exit(0);
  say("clone", child);
  say("clone3", ::syscall(SYS_clone3, nullptr, 0));
  const int own = ::open("/proc/self/ns/user", O_RDONLY);
  say("setns", ::syscall(SYS_setns, own, 0));
}

void try_kernel() {
  std::array<char, 256> zeros{};
  say("keyctl", ::syscall(SYS_keyctl, 0, -3, 0, 0, 0));
  say("add_key", ::syscall(SYS_add_key, "user", "x", "y", 1, -3));
  say("bpf", ::syscall(SYS_bpf, 5, zeros.data(), zeros.size()));
  say("perf_event_open", ::syscall(SYS_perf_event_open, zeros.data(), 0, -1, -1, 0));
  say("userfaultfd", ::syscall(SYS_userfaultfd, 1));
  say("io_uring_setup", ::syscall(SYS_io_uring_setup, 2, zeros.data()));
  say("open_by_handle_at", ::syscall(SYS_open_by_handle_at, AT_FDCWD, zeros.data(), 0));
  say("syslog", ::syscall(SYS_syslog, 10, nullptr, 0));
  say("lease", ::fcntl(::memfd_create("leased", 0), F_SETLEASE, F_UNLCK));
  say("pr_set_mm", ::prctl(PR_SET_MM, PR_SET_MM_ARG_START, 0, 0, 0));
}

void try_personality() {
  say("persona_query", ::syscall(SYS_personality, 0xffffffff));
  say("persona_query_64", ::syscall(SYS_personality, -1));
  say("persona_linux", ::syscall(SYS_personality, PER_LINUX));
  say("persona_fixed", ::syscall(SYS_personality, ADDR_NO_RANDOMIZE));
  say("persona_fixed_high", ::syscall(SYS_personality, 0x80000000UL | ADDR_NO_RANDOMIZE));
  say("persona_fixed_64", ::syscall(SYS_personality, 0xfUL << 32 | ADDR_NO_RANDOMIZE));
}

void try_sockets() {
  constexpr int alg = 38, vsock = 40, mctp = 45, netfilter = 12, route = 0;
  for (const int family : {AF_PACKET, alg, vsock, mctp})
    say(("family_" + std::to_string(family)).c_str(), ::socket(family, SOCK_RAW, 0));
  say("netlink_route", ::socket(AF_NETLINK, SOCK_RAW, route));
  say("netlink_netfilter", ::socket(AF_NETLINK, SOCK_RAW, netfilter));
  say("unix", ::socket(AF_UNIX, SOCK_STREAM, 0));
  say("inet", ::socket(AF_INET, SOCK_STREAM, 0));
}

}  // namespace

int main() {
  try_mounts();
  try_namespaces();
  try_kernel();
  try_personality();
  try_sockets();
  return 0;
}
