#pragma once

#include "sandbox/spec.h"
#include "sandbox/sys/fd.h"

namespace sandbox {

/// Mounts every path of the caches. `places` are where they are, in the same order; `lower` and `store`
/// copies of the mounts at their base and at store_of(caches). The overlay's work directory; nothing when the
/// kernel refuses overlayfs there: then the command sees what is in `upper` alone.
sys::Fd mount_caches(const Caches& caches, const std::vector<sys::Fd>& places, const sys::Fd& lower,
                     const sys::Fd& store);

/// Without "volatile" the end of each sandbox would sync the whole file system below. With it overlayfs
/// leaves a mark in `work` that refuses the next mount, so that a crash of the machine is noticed; to a cache
/// that is no worse than to any file that nobody synced, and the owner could not remove the directory that
/// holds it. Source: Documentation/filesystems/overlayfs.rst, "Volatile mount".
void remove_volatile_mark(const sys::Fd& work);

}  // namespace sandbox
