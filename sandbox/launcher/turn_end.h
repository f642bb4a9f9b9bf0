#pragma once
/// The end of one turn among others, by the sandbox's first process.

#include <sys/types.h>

#include <vector>

namespace sandbox {

struct TurnTree {
  pid_t keeper;               ///< the subreaper that the turn hangs below, which stays; 0: it is gone
  std::vector<pid_t> spared;  ///< children of ours that are nobody's orphans: the zygote, workers
  bool can_signal_all;  ///< kill(-1) reaches the session and nothing else: a PID namespace, a signal scope
};

/// SIGTERM to all of the tree, and SIGCONT, so that the stopped ones hear it.
void terminate_turn(const TurnTree& tree) noexcept;
/// SIGKILL. A small tree is walked; one that is larger, or still there after that, is taken while the whole
/// session stands still, for who forks faster than it is walked would never end. What belongs to no turn goes
/// with it.
void end_turn(const TurnTree& tree) noexcept;

}  // namespace sandbox
