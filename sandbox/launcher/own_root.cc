#include "sandbox/launcher/own_root.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "sandbox/launcher/mount_api.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace sandbox {
namespace {

/// A directory that every /proc has, for a mount, and no root of a machine. Landlock passes over the one that
/// the copy lies on, and heeds those above.
constexpr std::string_view place_in_proc = "/fs/nfsd";

}  // namespace

sys::Fd lay_own_root() {
  const sys::Fd root = place_at("/");
  change_mounts(root.get(), {.propagation = MS_PRIVATE}, "making the mount tree private");
  const sys::Fd copy = copy_tree(root.get(), "/");
  sys::Fd own = new_file_system("proc", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
  const sys::Fd place(::openat(own.get(), place_in_proc.substr(1).data(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!place) throw sys::SysError(errno, "opening /proc{}", place_in_proc);
  attach(own.get(), root.get(), "/");
  attach(copy.get(), place.get(), "/");
  if (::fchdir(copy.get()) != 0 || ::chroot(".") != 0)
    throw sys::SysError(errno, "entering the copy of the mount tree");
  return own;
}

std::string path_inside(std::string path) {
  if (!sys::is_within(path, place_in_proc)) return path;
  path.erase(0, place_in_proc.size());
  return path.empty() ? "/" : path;
}

void cover_own_root(const sys::Fd& own_root) { attach(place_at("/").get(), own_root.get(), "/"); }

}  // namespace sandbox
