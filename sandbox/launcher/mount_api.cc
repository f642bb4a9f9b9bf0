#include "sandbox/launcher/mount_api.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "sandbox/launcher/wire.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace sandbox {
namespace {

/// Without one of these calls no mount tree can be built: the kernel's limit, or that of a filter around us.
[[noreturn]] void fail(int error, const std::string& doing) {
  if (error != ENOSYS) throw sys::SysError(error, doing);
  // Which call is missing first differs from start to start: some are init's, some the supervisor's.
  throw Refused(error, sys::SysError(error, "making mounts").what());
}

}  // namespace

sys::Fd try_place(const std::string& path) {
  return sys::try_open_at(AT_FDCWD, path, O_PATH | O_NOFOLLOW, {.follow_links = false});
}

sys::Fd place_at(const std::string& path) {
  sys::Fd place = try_place(path);
  if (!place) throw sys::SysError(errno, "opening {}", path);
  return place;
}

bool is_out_of_reach(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case EACCES:
    case ENAMETOOLONG:
    case ENOTCONN:
    case ESTALE:
    case EHOSTDOWN:
      return true;
    default:
      return false;
  }
}

namespace {

sys::Fd clone(int place, const std::string& path, int flags) {
  constexpr int always = AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
  sys::Fd tree(static_cast<int>(::syscall(SYS_open_tree, place, "", always | flags)));
  if (!tree) fail(errno, "copying the mounts of " + path);
  return tree;
}

}  // namespace

sys::Fd copy_tree(int place, const std::string& path) { return clone(place, path, AT_RECURSIVE); }

sys::Fd copy_bare(int place, const std::string& path) { return clone(place, path, 0); }

void attach(int tree, int place, const std::string& path) {
  if (::syscall(SYS_move_mount, tree, "", place, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0)
    fail(errno, "mounting on " + path);
}

void detach(int mount) {
  constexpr int lazily = 2;  // MNT_DETACH, of a header that does not go together with linux/mount.h
  ::syscall(SYS_umount2, sys::proc_path(mount).c_str(), lazily);
}

namespace {

struct statx mount_facts(int place) {
  struct statx facts {};
  if (::statx(place, "", AT_EMPTY_PATH, STATX_MNT_ID, &facts) != 0)
    throw sys::SysError(errno, "asking for the mount of descriptor {}", place);
  return facts;
}

}  // namespace

std::uint64_t mount_number(int place) { return mount_facts(place).stx_mnt_id; }

bool is_mount_root(int place) { return (mount_facts(place).stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0; }

void bind(const std::string& source, const std::string& target, const std::string& path) {
  if (::syscall(SYS_mount, source.c_str(), target.c_str(), nullptr, MS_BIND, nullptr) != 0)
    throw sys::SysError(errno, "mounting on {}", path);
}

int try_change_mounts(int mount, const MountChange& change) {
  mount_attr attributes{};
  attributes.attr_set = change.set;
  attributes.attr_clr = change.clear;
  attributes.propagation = change.propagation;
  if (change.id_map >= 0) attributes.userns_fd = static_cast<std::uint64_t>(change.id_map);
  const int flags = AT_EMPTY_PATH | (change.recursive ? AT_RECURSIVE : 0);
  const long done = ::syscall(SYS_mount_setattr, mount, "", flags, &attributes, sizeof attributes);
  return done == 0 ? 0 : errno;
}

void change_mounts(int mount, const MountChange& change, const std::string& doing) {
  if (const int error = try_change_mounts(mount, change)) fail(error, doing);
}

sys::Fd new_file_system(const char* type, unsigned attributes) {
  const sys::Fd context(static_cast<int>(::syscall(SYS_fsopen, type, FSOPEN_CLOEXEC)));
  if (!context || ::syscall(SYS_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0)
    fail(errno, fmt::format("making {}", type));
  sys::Fd made(static_cast<int>(::syscall(SYS_fsmount, context.get(), FSMOUNT_CLOEXEC, attributes)));
  if (!made) fail(errno, fmt::format("mounting {}", type));
  return made;
}

void mount_new(const char* type, int place, unsigned long flags, const std::string& options,
               const std::string& path) {
  if (::syscall(SYS_mount, type, sys::proc_path(place).c_str(), type, flags, options.c_str()) != 0)
    throw sys::SysError(errno, "mounting {} on {}", type, path);
}

void mount_new(const char* type, const std::string& path, unsigned long flags, const std::string& options) {
  if (::syscall(SYS_mount, type, path.c_str(), type, flags, options.c_str()) != 0)
    throw sys::SysError(errno, "mounting {} on {}", type, path);
}

}  // namespace sandbox
