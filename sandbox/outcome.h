#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "sandbox/limit.h"
#include "sandbox/sys/process.h"

namespace sandbox {

/// A server inside that nothing outside reaches.
struct Listening {
  std::uint16_t port = 0;
  std::string program = {};  ///< its command line, for a person; empty: unknown
};

/// How a command ended.
struct Outcome {
  sys::ExitStatus status;
  int exec_error = 0;       ///< the errno of the command's own exec, when it did not start
  bool cwd_failed = false;  ///< that errno is of entering the directory
  bool timed_out = false;
  bool sandbox_lost = false;              ///< it ended with its whole session
  std::vector<LimitReached> limits = {};  ///< it came to, as far as that was seen
  std::vector<Listening> listening = {};
  std::chrono::milliseconds duration{0};
};

}  // namespace sandbox
