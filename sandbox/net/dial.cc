#include "sandbox/net/dial.h"

#include <netinet/tcp.h>
#include <poll.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace sandbox {
namespace {

// As browsers do not, but most programs: one address after the other. Of several none may take all the time.
constexpr auto patience = std::chrono::seconds(60);
constexpr auto patience_with_others = std::chrono::seconds(5);

}  // namespace

// Every kernel has it, for everyone.
void send_without_pacing(int socket) {
  constexpr std::string_view plainest = "reno";
  ::setsockopt(socket, IPPROTO_TCP, TCP_CONGESTION, plainest.data(), plainest.size());
}

Dial::Dial(sys::Reactor& reactor, std::vector<Endpoint> addresses, Done done)
    : reactor_(reactor), addresses_(std::move(addresses)), done_(std::move(done)) {
  deadline_ = reactor_.at(sys::BootClock::now(), [this] { next(0); });
}

void Dial::next(int error) {
  writable_.cancel();
  deadline_.cancel();
  for (; at_ < addresses_.size(); error = errno) {
    const Endpoint& to = addresses_[at_++];
    const int family = to.is_ipv4 ? AF_INET : AF_INET6;
    socket_ = sys::Fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket_) continue;
    if (is_loopback(to)) send_without_pacing(socket_.get());
    const SocketAddress address = socket_address(to, family);
    if (::connect(socket_.get(), address.get(), address.size) != 0 && errno != EINPROGRESS) continue;
    writable_ = reactor_.watch(socket_.get(), POLLOUT, [this](int) { look(); });
    const auto limit = at_ == addresses_.size() ? patience : patience_with_others;
    deadline_ = reactor_.at(sys::BootClock::now() + limit, [this] { next(ETIMEDOUT); });
    return;
  }
  const Done done = std::move(done_);
  done({{}, error, addresses_[at_ - 1]});
}

void Dial::look() {
  const int error = socket_option(socket_.get(), SO_ERROR);
  if (error != 0) return next(error);
  writable_.cancel();
  deadline_.cancel();
  const Done done = std::move(done_);
  done({std::move(socket_), 0, addresses_[at_ - 1]});
}

}  // namespace sandbox
