#pragma once
/// Packets between the supervisor and what serves the network outside, in both directions at once. Neither
/// end ever waits for the other: what cannot go yet is kept.

#include <chrono>
#include <deque>
#include <functional>
#include <string>

#include "sandbox/sys/channel.h"
#include "sandbox/sys/reactor.h"

namespace sandbox {

class Line {
 public:
  using Received = std::function<void(sys::Packet)>;
  /// `gone` is called once, when the other end is.
  Line(sys::Reactor& reactor, sys::Channel channel, Received received, std::function<void()> gone);

  void send(std::string bytes, sys::Fd fd = {});
  /// Goes on with this line alone until `is_done`, the other end is gone, or the time is over: then false.
  bool go_on_until(const std::function<bool()>& is_done, std::chrono::milliseconds time);

 private:
  struct Waiting {
    std::string bytes;
    sys::Fd fd;
  };
  bool try_send(const Waiting& packet);
  void on_events(int events);
  void flush();
  void lose();

  sys::Reactor& reactor_;
  sys::Channel channel_;
  Received received_;
  std::function<void()> gone_;
  std::deque<Waiting> waiting_;
  sys::Watch readable_, writable_;
};

}  // namespace sandbox
