#pragma once
/// One poll(2) loop per process; every change of state happens inside run(). Other threads may call post(),
/// nothing else. It is poll and not epoll because few descriptors are watched.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "sandbox/sys/fd.h"

namespace sys {

/// CLOCK_BOOTTIME: deadlines go on while the machine sleeps.
struct BootClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;
  static time_point now();
};

class Reactor;

/// Destroying a Watch ends it; it may outlive the reactor.
class Watch {
 public:
  Watch() = default;
  Watch(Watch&&) noexcept = default;
  Watch& operator=(Watch&& other) noexcept {
    if (this != &other) {
      cancel();
      cancel_ = std::exchange(other.cancel_, nullptr);
    }
    return *this;
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() { cancel(); }
  void cancel() {
    if (auto end = std::exchange(cancel_, nullptr)) end();
  }
  [[nodiscard]] explicit operator bool() const { return cancel_ != nullptr; }

 private:
  friend class Reactor;
  explicit Watch(std::function<void()> cancel) : cancel_(std::move(cancel)) {}
  std::function<void()> cancel_;
};

class Reactor {
 public:
  using Callback = std::function<void()>;
  /// `events` as poll reports them: POLLIN, POLLOUT, POLLHUP, POLLERR.
  using IoCallback = std::function<void(int events)>;
  /// What to do with an error that a callback lets out; the default writes it to stderr and goes on.
  using ErrorCallback = std::function<void(const std::exception&)>;

  Reactor();
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  /// Level-triggered. The caller keeps the descriptor open as long as the Watch lives.
  [[nodiscard]] Watch watch(int fd, int events, IoCallback callback);
  /// Once, at or after the deadline.
  [[nodiscard]] Watch at(BootClock::time_point deadline, Callback callback);
  /// Once, when the process behind the pidfd has ended.
  [[nodiscard]] Watch on_exit(int pidfd, Callback callback);
  /// Blocks the signals for this thread and hands them to the callback, one call per delivery read.
  [[nodiscard]] Watch on_signals(const std::vector<int>& signals, std::function<void(int)> callback);
  /// From any thread.
  void post(Callback callback);

  void on_error(ErrorCallback callback);
  /// Until stop(). Callbacks run one after the other on this thread.
  void run();
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace sys
