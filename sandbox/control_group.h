#pragma once
/// cgroups(7) of version 2, as far as they are delegated to us.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "sandbox/limit.h"

namespace sandbox {

/// Where version 2 is mounted, and in it the group that we are in ourselves. Throws sys::Error where there is
/// none.
std::string own_control_group();

/// A group for one sandbox, in which the kernel itself keeps memory and processes below their limits.
class ControlGroup {
 public:
  /// Nothing where none can be had: groups are not ours, others are in the same one, controllers are missing.
  /// We move into a group beside it for that. Those that killed gatehouses have left are removed.
  static std::optional<ControlGroup> make(const Limits& limits);

  ControlGroup(ControlGroup&& other) noexcept;
  ControlGroup& operator=(ControlGroup&&) = delete;
  ~ControlGroup();  ///< removes it; while somebody is left in it, the next one that is made does

  /// What it starts from now on is in it, too.
  [[nodiscard]] bool take(pid_t process) const;
  /// The kernel has ended a process for want of memory since the last call.
  [[nodiscard]] bool memory_reached();
  /// It has refused one.
  [[nodiscard]] bool processes_reached();

 private:
  explicit ControlGroup(std::string path) : path_(std::move(path)) {}

  std::string path_;
  std::uint64_t ended_ = 0, refused_ = 0;
};

}  // namespace sandbox
