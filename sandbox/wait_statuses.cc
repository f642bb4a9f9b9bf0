#include "sandbox/wait_statuses.h"

#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace sandbox {

WaitStatuses::WaitStatuses(sys::Reactor& reactor)
    : reactor_(reactor), children_(reactor.on_signals({SIGCHLD}, [this](int) { take_all(); })) {}

WaitStatuses::Claim WaitStatuses::add(Taker taker) {
  auto added = std::make_shared<Taker>(std::move(taker));
  takers_.push_back(added);
  return added;
}

void WaitStatuses::take_all() {
  while (!early_.empty()) {
    const Status status = early_.front();
    early_.pop_front();
    take(status);
  }
  int status = 0;
  for (pid_t pid; (pid = ::waitpid(-1, &status, __WALL | WNOHANG)) > 0;) take({pid, status});
}

void WaitStatuses::take(Status status) {
  takers_.remove_if([](const std::weak_ptr<Taker>& taker) { return taker.expired(); });
  if (!offer(status, false)) offer(status, true);
}

/// Whoever takes one may add takers, and end others.
bool WaitStatuses::offer(Status status, bool is_last_word) {
  const Takers now = takers_;
  for (const std::weak_ptr<Taker>& each : now) {
    const std::shared_ptr<Taker> taker = each.lock();
    if (!taker) continue;
    if ((*taker)(status.first, status.second, is_last_word)) return true;
    if (is_last_word) return false;
  }
  return false;
}

void WaitStatuses::reap(pid_t pid) {
  const auto known =
      std::find_if(early_.begin(), early_.end(), [&](const Status& status) { return status.first == pid; });
  if (known != early_.end()) {
    early_.erase(known);
    return;
  }
  for (;;) {
    int status = 0;
    const pid_t found = ::waitpid(-1, &status, __WALL);
    if (found < 0 && errno != EINTR) return;
    if (found == pid && !WIFSTOPPED(status)) return;
    if (found <= 0) continue;
    early_.emplace_back(found, status);
    later_ = reactor_.at(sys::BootClock::now(), [this] { take_all(); });
  }
}

}  // namespace sandbox
