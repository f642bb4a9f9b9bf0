#pragma once
/// Who keeps mounts from becoming read-only: the kernel counts files that are open for writing, in whosever
/// hands they are.

#include <cstdint>
#include <set>
#include <vector>

#include "sandbox/launcher/roots_wire.h"

namespace sandbox {

struct BusyMounts {
  std::set<std::uint64_t> numbers;  ///< see mount_number()
  std::set<dev_t> devices;          ///< of their file systems: a mapping tells no more
};

/// Every process of this PID namespace but this one that has a file in one of the mounts open for writing, or
/// maps one that was opened so. Where there is none, those who have sent descriptors that nobody has taken
/// yet: whose files these are cannot be told. What ends meanwhile is left out.
std::vector<Writer> writers_in(const BusyMounts& mounts);

}  // namespace sandbox
