#pragma once

#include "sandbox/spec.h"
#include "sandbox/sys/fd.h"

namespace sandbox {

/// Mounts one cache at `place`, where its path is. `lower` and `store` are copies of the mounts at its path
/// and at store_of(cache). False when the kernel refuses overlayfs there: then the command sees `upper`
/// alone.
bool mount_cache(const Cache& cache, int place, const sys::Fd& lower, const sys::Fd& store);

}  // namespace sandbox
