#pragma once
/// A root that no other sandbox has, so that Landlock can tell where a path begins. A descriptor of a
/// directory that comes from another sandbox, by a socket, leads into the mounts of that one: they are not
/// narrowed with ours, and when it has ended the kernel takes off what covers files there, and they are the
/// host's.

#include <string>

#include "sandbox/sys/fd.h"

namespace sandbox {

/// In new mount and PID namespaces: makes the mounts private, and lays two over "/": the sandbox's /proc, and
/// in that, where Landlock looks on its way up, a copy of all that was there. The copy becomes the root and
/// the directory of this process, and of those that it forks. Returns the /proc. Throws SysError, or Refused.
sys::Fd lay_own_root();

/// A path in there as those inside know it: from outside, by /proc, the kernel tells where the copy lies,
/// too.
std::string path_inside(std::string path);

/// Lays the copy over the whole of the /proc: no user namespace can be made where the root is not what lies
/// topmost on "/", and whoever may make some has no rules of Landlock's on files.
void cover_own_root(const sys::Fd& own_root);

}  // namespace sandbox
