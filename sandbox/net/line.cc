#include "sandbox/net/line.h"

#include <poll.h>

#include <cerrno>
#include <utility>

#include "sandbox/sys/error.h"

namespace sandbox {

Line::Line(sys::Reactor& reactor, sys::Channel channel, Received received, std::function<void()> gone)
    : reactor_(reactor),
      channel_(std::move(channel)),
      received_(std::move(received)),
      gone_(std::move(gone)) {
  sys::set_nonblocking(channel_.fd(), true);
  readable_ = reactor_.watch(channel_.fd(), POLLIN, [this](int events) { on_events(events); });
}

void Line::send(std::string bytes, sys::Fd fd) {
  Waiting packet{std::move(bytes), std::move(fd)};
  if (waiting_.empty() && try_send(packet)) return;
  if (!gone_) return;
  waiting_.push_back(std::move(packet));
  if (!writable_) writable_ = reactor_.watch(channel_.fd(), POLLOUT, [this](int) { flush(); });
}

/// True also when nobody is left to send it to.
bool Line::try_send(const Waiting& packet) {
  if (!gone_) return true;
  try {
    channel_.send(packet.bytes, packet.fd ? std::vector<int>{packet.fd.get()} : std::vector<int>());
    return true;
  } catch (const sys::SysError& error) {
    const int number = error.error_number();
    // ETOOMANYREFS: too many descriptors in flight.
    if (number == EAGAIN || number == ENOBUFS || number == ETOOMANYREFS) return false;
    lose();
    return true;
  }
}

void Line::flush() {
  while (!waiting_.empty() && try_send(waiting_.front())) waiting_.pop_front();
  if (waiting_.empty()) writable_.cancel();
}

void Line::on_events(int) {
  constexpr int most = 64;  // then others have their turn
  for (int count = 0; gone_ && count < most; ++count) {
    std::optional<sys::Packet> packet = channel_.receive();
    if (packet) {
      received_(std::move(*packet));
      continue;
    }
    if (channel_.closed()) lose();
    return;
  }
}

bool Line::go_on_until(const std::function<bool()>& is_done, std::chrono::milliseconds time) {
  const auto limit = sys::BootClock::now() + time;
  while (gone_ && !is_done()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(limit - sys::BootClock::now());
    if (left.count() <= 0) return false;
    pollfd ready{channel_.fd(), static_cast<short>(waiting_.empty() ? POLLIN : POLLIN | POLLOUT), 0};
    if (::poll(&ready, 1, static_cast<int>(left.count())) <= 0) continue;
    if ((ready.revents & POLLOUT) != 0) flush();
    if ((ready.revents & ~POLLOUT) != 0) on_events(ready.revents);
  }
  return true;
}

void Line::lose() {
  readable_.cancel();
  writable_.cancel();
  waiting_.clear();
  if (const auto gone = std::exchange(gone_, nullptr)) gone();
}

}  // namespace sandbox
