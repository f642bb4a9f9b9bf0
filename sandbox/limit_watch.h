#pragma once
/// Looks at what all processes of a sandbox take together, from time to time: the kernel limits memory for
/// each by itself only, and tells nobody outside that a fork or a file was refused.

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/control_group.h"
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

  /// Below `init` all is the sandbox's, and nothing has been started in it yet. `tmp`: its file system in
  /// memory, or none. Where there are control groups, the kernel itself keeps a limit on memory.
  LimitWatch(sys::Reactor& reactor, const Limits& limits, pid_t init, sys::Fd tmp, Handlers handlers);

  /// Nothing runs any more. What was made for the sandbox goes with this.
  void stop() { next_look_.cancel(); }
  /// What can be told of since the last look, also when nothing runs any more: the private /tmp is full; the
  /// group's limits.
  [[nodiscard]] std::vector<LimitReached> last_reached();

 private:
  void look();
  void look_soon(std::chrono::nanoseconds last_look);
  void look_at_memory(const std::vector<Tree>& trees);
  void join_group();
  void look_at_processes(const std::vector<Tree>& trees);

  [[nodiscard]] bool is_tmp_full() const;

  sys::Reactor& reactor_;
  Limits limits_;
  pid_t init_;
  sys::Fd tmp_;
  std::optional<ControlGroup> group_;
  std::string largest_;  // who had most when it was looked last
  std::uint64_t largest_tree_ = 0;
  Handlers handlers_;
  sys::Watch next_look_;
};

}  // namespace sandbox
