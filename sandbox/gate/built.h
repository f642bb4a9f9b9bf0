#pragma once
/// The image that the kernel has built, seen while it stands in its exec stop: it has not run one
/// instruction.

#include <sys/types.h>

#include <string>

#include "sandbox/gate/image.h"
#include "sandbox/gate/task.h"

namespace sandbox {

struct Built {
  dev_t device = 0;
  ino_t inode = 0;
  std::string name;  ///< AT_EXECFN
  std::string args;  ///< a NUL behind each
  std::string env;   ///< a NUL behind each; only when asked for
  Fingerprint fingerprint;
};

/// Read off the stack that the kernel has laid out for it. Throws CallerError or SysError when the process is
/// gone or cannot be read.
Built read_built(pid_t pid, bool with_environment);

/// `env` is what was judged, where a rule looked at it.
bool is_as_judged(const Built& built, const Expected& expected, const std::vector<std::string>& env,
                  bool with_environment);

}  // namespace sandbox
