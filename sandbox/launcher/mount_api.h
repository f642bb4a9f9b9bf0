#pragma once
/// mount(2) and its newer relatives by descriptor: nothing here looks a path up twice. A "place" is an O_PATH
/// descriptor; a "tree" is a detached copy of the mounts at a place, which belongs to no namespace yet.

#include <linux/mount.h>

#include <cstdint>
#include <string>

#include "sandbox/sys/fd.h"

namespace sandbox {

/// Symlinks are followed nowhere; a symlink as the last component is itself the place. Empty with errno set
/// when there is none.
sys::Fd try_place(const std::string& path);
/// The same; throws SysError("opening PATH").
sys::Fd place_at(const std::string& path);

/// Of try_place(): nothing is there, or nothing that the command could reach, as a dead network file system
/// or a directory that its user may not enter.
bool is_out_of_reach(int error);

/// open_tree(2) with everything mounted below. Here and below, a call that the kernel has not is Refused.
sys::Fd copy_tree(int place, const std::string& path);
/// The same with nothing that is mounted there or below.
sys::Fd copy_bare(int place, const std::string& path);
/// move_mount(2).
void attach(int tree, int place, const std::string& path);

/// Takes a mount, with all that is mounted in it, off again; where another one lies over all of it, that one.
/// One that is gone already is no error.
void detach(int mount);
/// Which mount a place is in. Not used for another one as long as a descriptor of the first is open.
std::uint64_t mount_number(int place);
/// Whether it is where something is mounted.
bool is_mount_root(int place);

/// One mount, bound by path: for places that nobody but root can exchange, and faster than a tree.
void bind(const std::string& source, const std::string& target, const std::string& path);

/// mount_setattr(2).
struct MountChange {
  std::uint64_t set = 0, clear = 0;  ///< MOUNT_ATTR_*
  std::uint64_t propagation = 0;     ///< MS_PRIVATE or nothing
  int id_map = -1;                   ///< with MOUNT_ATTR_IDMAP: a user namespace
  bool recursive = true;
};
/// Zero, or an errno. The change is made to all of the mounts or to none.
int try_change_mounts(int mount, const MountChange& change);
void change_mounts(int mount, const MountChange& change, const std::string& doing);

/// A new file system of this type, mounted nowhere yet. `attributes`: MOUNT_ATTR_*.
sys::Fd new_file_system(const char* type, unsigned attributes);

/// A new file system of this type at the place, which is found by /proc/self/fd.
void mount_new(const char* type, int place, unsigned long flags, const std::string& options,
               const std::string& path);
/// The same by path, for /proc itself.
void mount_new(const char* type, const std::string& path, unsigned long flags, const std::string& options);

}  // namespace sandbox
