#pragma once
/// A session that stands still for a moment, by the sandbox's first process.

#include <sys/types.h>

#include <vector>

namespace sandbox {

/// Those who were not stopped before go on when it ends, children before their parents: nobody finds a child
/// stopped. Each is stopped when it is about to leave the kernel.
class Stillness {
 public:
  /// Everybody, in one call under the kernel's lock: nobody is born meanwhile. For a PID namespace or a
  /// signal scope.
  Stillness();
  /// These only.
  explicit Stillness(const std::vector<pid_t>& processes);
  Stillness(const Stillness&) = delete;
  Stillness& operator=(const Stillness&) = delete;
  ~Stillness();

 private:
  bool is_of_all_ = false;
  std::vector<pid_t> stopped_before_;
};

}  // namespace sandbox
