// Namespaces and mounts of one's own, which would take the read-only mounts away. Outside of a sandbox each
// stays in a namespace of the attack's own.
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "tests/sandbox/attacks/attack.h"

namespace attacks {
namespace {

using goal::outside;

/// In a child, so that its namespaces can be told from its parent's.
template <int kind>
void unshare(const Scene& at) {
  in_child(
      [](const Scene&) {
        if (::unshare(kind) == 0 || ::unshare(CLONE_NEWUSER | kind) == 0) hold();
      },
      at);
}

/// A new process id namespace is the child's.
void unshare_processes(const Scene& at) {
  in_child(
      [](const Scene& inner) {
        if (::unshare(CLONE_NEWUSER | CLONE_NEWPID) == 0) in_child([](const Scene&) { hold(); }, inner);
      },
      at);
}

void clone_user(const Scene&) {
  const long child = ::syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (child == 0) {
    hold();
    ::_exit(0);
  }
  hold();
}

/// Its flags lie in memory, where a filter does not see them.
void clone3_user(const Scene&) {
  clone_args arguments{};
  arguments.flags = CLONE_NEWUSER;
  arguments.exit_signal = SIGCHLD;
  if (::syscall(SYS_clone3, &arguments, sizeof arguments) == 0) {
    hold();
    ::_exit(0);
  }
  hold();
}

void mount_memory(const Scene&) {
  leave_the_host();
  if (::mount("attack-mount", ".", "tmpfs", 0, nullptr) == 0) hold();
}

void mount_over_keys(const Scene& at) {
  leave_the_host();
  if (::mount("attack-mount", at.home(".ssh").c_str(), "tmpfs", 0, nullptr) == 0) hold();
}

void mount_overlay(const Scene& at) {
  leave_the_host();
  for (const char* name : {"upper", "work"}) ::mkdir(name, 0755);
  const std::string options = "lowerdir=" + at.outside("") + ",upperdir=" + at.workspace("upper") +
                              ",workdir=" + at.workspace("work") + ",userxattr";
  if (::mount("attack-mount", at.outside("").c_str(), "overlay", 0, options.c_str()) == 0) hold();
}

void mount_by_descriptors(const Scene&) {
  leave_the_host();
  const int context = static_cast<int>(::syscall(SYS_fsopen, "tmpfs", 0));
  ::syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, "source", "attack-mount", 0);
  ::syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0);
  const int tree = static_cast<int>(::syscall(SYS_fsmount, context, 0, 0));
  if (::syscall(SYS_move_mount, tree, "", AT_FDCWD, ".", MOVE_MOUNT_F_EMPTY_PATH) == 0) hold();
}

void configure_file_system(const Scene&) {
  leave_the_host();
  if (::syscall(SYS_fsopen, "tmpfs", 0) >= 0) hold();
}

void make_writable(const Scene& at) {
  leave_the_host();
  ::mount(at.outside("").c_str(), at.outside("").c_str(), nullptr, MS_BIND, nullptr);
  ::mount(nullptr, at.outside("").c_str(), nullptr, MS_REMOUNT | MS_BIND, nullptr);
  put_with(at.outside("victim"), "remounted", 0);
}

void clear_read_only(const Scene& at) {
  leave_the_host();
  mount_attr attributes{};
  attributes.attr_clr = MOUNT_ATTR_RDONLY;
  ::syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &attributes, sizeof attributes);
  put_with(at.outside("victim"), "cleared", 0);
}

/// A copy of the tree as it was before anything was mounted read-only over it.
void copy_tree(const Scene& at) {
  leave_the_host();
  int tree = static_cast<int>(::syscall(SYS_open_tree, AT_FDCWD, at.outside("").c_str(), OPEN_TREE_CLONE));
  mount_attr attributes{};
  attributes.attr_clr = MOUNT_ATTR_RDONLY;
  ::syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attributes, sizeof attributes);
  if (tree < 0) tree = ::open(at.outside("").c_str(), O_PATH);
  write_to(::openat(tree, "victim", O_WRONLY), "copied");
}

void uncover(const Scene& at) {
  leave_the_host();
  for (std::string path = at.outside(""); path.size() > 1; path = path.substr(0, path.rfind('/')))
    ::umount2(path.c_str(), MNT_DETACH);
  put_with(at.outside("victim"), "uncovered", 0);
}

void change_root(const Scene& at) {
  if (::chroot(at.outside("").c_str()) != 0 &&
      (::unshare(CLONE_NEWUSER) != 0 || ::chroot(at.outside("").c_str()) != 0))
    return;
  hold();
}

void pivot_root(const Scene& at) {
  leave_the_host();
  ::mount(at.outside("").c_str(), at.outside("").c_str(), nullptr, MS_BIND, nullptr);
  if (::chdir(at.outside("").c_str()) == 0 && ::syscall(SYS_pivot_root, ".", ".") == 0) hold();
}

/// That of the first process is the machine's.
void join_first(const Scene& at) {
  for (const char* kind : {"user", "mnt"}) {
    const int space = ::open((std::string("/proc/1/ns/") + kind).c_str(), O_RDONLY);
    ::setns(space, 0);
  }
  put_with(at.outside("victim"), "joined", 0);
}

const Attack table[] = {
    {"namespaces.user", "namespace user", Fails::confined, unshare<CLONE_NEWUSER>},
    {"namespaces.mount", "namespace mnt", Fails::confined, unshare<CLONE_NEWNS>},
    {"namespaces.network", "namespace net", Fails::confined, unshare<CLONE_NEWNET>},
    {"namespaces.ipc", "namespace ipc", Fails::confined, unshare<CLONE_NEWIPC>},
    {"namespaces.uts", "namespace uts", Fails::confined, unshare<CLONE_NEWUTS>},
    {"namespaces.cgroup", "namespace cgroup", Fails::confined, unshare<CLONE_NEWCGROUP>},
    {"namespaces.process", "namespace pid", Fails::confined, unshare_processes},
    {"namespaces.clone", "namespace user", Fails::confined, clone_user},
    {"namespaces.clone3", "namespace user", Fails::confined, clone3_user},
    {"namespaces.command", "namespace user", Fails::confined,
     [](const Scene& at) { shell(at, "unshare -U sh -c 'echo holding; cat'"); }},
    {"namespaces.join", outside, Fails::confined, join_first},
    {"mounts.memory", goal::mount, Fails::confined, mount_memory},
    {"mounts.over-keys", goal::mount, Fails::confined, mount_over_keys},
    {"mounts.overlay", goal::mount, Fails::confined, mount_overlay, "a kernel with overlays for everybody"},
    {"mounts.by-descriptors", goal::mount, Fails::confined, mount_by_descriptors},
    {"mounts.context", "fd anon_inode:[fscontext]", Fails::confined, configure_file_system},
    {"mounts.remount", outside, Fails::confined, make_writable},
    {"mounts.clear-read-only", outside, Fails::confined, clear_read_only},
    {"mounts.copy-tree", outside, Fails::confined, copy_tree},
    {"mounts.uncover", outside, Fails::confined, uncover},
    {"mounts.chroot", goal::root, Fails::confined, change_root},
    {"mounts.pivot-root", goal::root, Fails::confined, pivot_root},
};

}  // namespace

std::span<const Attack> namespaces() { return table; }

}  // namespace attacks
