#pragma once
/// Looks at what all processes of a sandbox take together, from time to time: the kernel limits memory for
/// each by itself only, and tells nobody outside that a fork or a file was refused.

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "sandbox/limit.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/reactor.h"

namespace sandbox {

/// What one process takes.
struct Usage {
  std::uint64_t bytes =
      0;  ///< anonymous, shared and swapped memory; of files nothing, which can be read again
  std::uint64_t threads = 0;
};
/// Of /proc/PID/status: memory that several processes share counts in each of them.
Usage usage_in_status(std::string_view status);
/// The bytes of /proc/PID/smaps_rollup, where each has its part of what is shared. The kernel walks the page
/// tables for it.
std::uint64_t bytes_in_rollup(std::string_view rollup);

class LimitWatch {
 public:
  /// A part of the sandbox that could be ended by itself: everything below a process.
  struct Tree {
    std::uint64_t id;
    pid_t root;  ///< does not count itself
  };
  struct Handlers {
    std::function<std::vector<Tree>()> trees;
    /// `tree` has the largest part in it.
    std::function<void(std::uint64_t tree, const LimitReached& reached)> reached;
  };

  /// Below `init` all is the sandbox's. `tmp`: its file system in memory, or none.
  LimitWatch(sys::Reactor& reactor, const Limits& limits, pid_t init, sys::Fd tmp, Handlers handlers);

  /// The private /tmp is full; can still be asked when nothing runs any more.
  [[nodiscard]] std::optional<LimitReached> tmp_reached() const;

 private:
  void look();
  void look_soon(std::chrono::nanoseconds last_look);
  void look_at_memory(const std::vector<Tree>& trees);
  void look_at_processes(const std::vector<Tree>& trees);

  sys::Reactor& reactor_;
  Limits limits_;
  pid_t init_;
  sys::Fd tmp_;
  Handlers handlers_;
  sys::Watch next_look_;
};

}  // namespace sandbox
