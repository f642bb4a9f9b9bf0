#pragma once
/// What wait(2) tells this thread of its children and of whom it traces: each status goes to the one that it
/// concerns, however many sandboxes the thread supervises.

#include <sys/types.h>

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <utility>

#include "sandbox/sys/reactor.h"

namespace sandbox {

class WaitStatuses {
 public:
  explicit WaitStatuses(sys::Reactor& reactor);

  /// False when it is about a process of somebody else's. `is_last_word`: it is nobody's, and this one is
  /// the first who ever asked.
  using Taker = std::function<bool(pid_t pid, int status, bool is_last_word)>;
  /// Until it is destroyed.
  using Claim = std::shared_ptr<void>;
  [[nodiscard]] Claim add(Taker taker);

  /// Blocks until this process has been reaped. What others are told by, they are told later.
  void reap(pid_t pid);

 private:
  using Status = std::pair<pid_t, int>;
  using Takers = std::list<std::weak_ptr<Taker>>;
  void take_all();
  void take(Status status);
  bool offer(Status status, bool is_last_word);

  sys::Reactor& reactor_;
  Takers takers_;
  std::deque<Status> early_;  // that came while another was waited for
  sys::Watch children_, later_;
};

}  // namespace sandbox
