#pragma once
/// What this machine offers a sandbox.

#include <string>
#include <vector>

#include "sandbox/doctor/finding.h"
#include "sandbox/spec.h"

namespace sandbox {

struct Site {
  User user;            ///< who a command would be
  std::string scratch;  ///< an existing directory that we may write, on the file system of the private caches
};

/// Every feature once, in the order in which they are needed; id_maps only where the user needs
/// them, interop only in WSL. Takes some milliseconds; nothing of the probes is left.
std::vector<Finding> examine_machine(const Site& site);

}  // namespace sandbox
