#pragma once

#include "sandbox/spec.h"
#include "sandbox/sys/fd.h"

namespace sandbox {

/// Mounts every path of the caches. `places` are where they are, in the same order; `lower` and `store`
/// copies of the mounts at their base and at store_of(caches). False when the kernel refuses overlayfs there:
/// then the command sees what is in `upper` alone.
bool mount_caches(const Caches& caches, const std::vector<sys::Fd>& places, const sys::Fd& lower,
                  const sys::Fd& store);

}  // namespace sandbox
