#include "sandbox/net/tunnel.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

namespace sandbox {
namespace {

constexpr auto patience = std::chrono::seconds(60);

}  // namespace

Tunnel::Tunnel(sys::Reactor& reactor, sys::Fd socket, UpstreamTalk talk, Done done)
    : reactor_(reactor), socket_(std::move(socket)), talk_(std::move(talk)), done_(std::move(done)) {
  readable_ = reactor_.watch(socket_.get(), POLLIN, [this](int) { hear(); });
  writable_ = reactor_.watch(socket_.get(), POLLOUT, [this](int) { say(); });
  deadline_ = reactor_.at(sys::BootClock::now() + patience, [this] { finish(ETIMEDOUT, "does not answer"); });
}

void Tunnel::say() {
  const std::string& bytes = talk_.to_say();
  const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (count > 0) talk_.said(static_cast<std::size_t>(count));
  if (count < 0 && errno != EAGAIN && errno != EINTR) return finish(errno, "hangs up");
  if (talk_.to_say().empty()) writable_.cancel();
}

/// What comes from behind the proxy stays in the socket.
void Tunnel::hear() {
  std::array<char, 4096> bytes{};
  const ssize_t count = ::recv(socket_.get(), bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) return finish(ECONNRESET, "hangs up");
  const std::size_t ours = talk_.hear({bytes.data(), static_cast<std::size_t>(count)});
  if (::recv(socket_.get(), bytes.data(), ours, MSG_DONTWAIT) != static_cast<ssize_t>(ours))
    return finish(ECONNRESET, "hangs up");
  if (talk_.is_over()) return finish(talk_.error(), talk_.why());
  if (!talk_.to_say().empty() && !writable_)
    writable_ = reactor_.watch(socket_.get(), POLLOUT, [this](int) { say(); });
}

void Tunnel::finish(int error, const std::string& why) {
  readable_.cancel();
  writable_.cancel();
  deadline_.cancel();
  const Done done = std::move(done_);
  const std::string reason = why;  // whoever is told may let go of us
  done(error == 0 ? std::move(socket_) : sys::Fd(), error, reason);
}

}  // namespace sandbox
