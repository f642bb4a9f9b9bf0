#pragma once
/// Carries bytes between pairs of connected sockets, without looking at them or copying them: by splice(2).

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "sandbox/sys/fd.h"
#include "sandbox/sys/reactor.h"

namespace sandbox {

class Relay {
 public:
  using Number = std::uint64_t;
  struct Carried {
    std::uint64_t sent = 0, received = 0;  ///< bytes from inside, and from outside
    int error = 0;                         ///< an errno, where it broke off
  };
  using Ended = std::function<void(Number, const Carried&)>;

  Relay(sys::Reactor& reactor, Ended ended);

  /// Until both ends have said all, or one breaks off; then `ended` is called, from the reactor.
  void carry(Number number, sys::Fd inside, sys::Fd outside);
  /// What one has carried so far; nothing where it is not carried.
  [[nodiscard]] Carried carried(Number number) const;
  /// Breaks all of them off.
  void cut();

 private:
  /// One direction. The pipe is there while something is under way.
  struct Way {
    int from = -1, to = -1;
    sys::Pipe pipe = {};
    std::size_t under_way = 0;
    std::uint64_t carried = 0;
    bool is_dry = false;  // `from` has said all
    bool is_over = false;
  };
  struct Pair {
    sys::Fd inside, outside;
    Way out, in;
    int error = 0;
  };
  enum class Progress { waits, over, broken, busy };

  void on_events();
  void advance(Number number);
  Progress advance(Way& way);
  Progress fill(Way& way);
  Progress drain(Way& way);
  void lend_pipe(Way& way);
  void take_back_pipe(Way& way);
  void end(Number number, bool breaks_off);

  sys::Reactor& reactor_;
  Ended ended_;
  sys::Fd events_;  // epoll(7): there may be thousands
  sys::Watch readable_, next_;
  std::map<Number, Pair> pairs_;
  std::set<Number> busy_;  // that had more to carry than their turn takes
  std::vector<sys::Pipe> pipes_;
};

/// Whoever is at the other end sees a reset, not an end.
void break_off(sys::Fd socket);

}  // namespace sandbox
