#include "sandbox/net/relay.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "sandbox/sys/error.h"

namespace sandbox {
namespace {

// As much as an ordinary user may have in one (/proc/sys/fs/pipe-max-size): less wakes up more often.
constexpr int pipe_bytes = 1024 * 1024;
constexpr std::size_t most_spare_pipes = 16;
constexpr int pieces_in_a_turn = 16;
constexpr unsigned moving = SPLICE_F_MOVE | SPLICE_F_NONBLOCK;

}  // namespace

void break_off(sys::Fd socket) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

Relay::Relay(sys::Reactor& reactor, Ended ended)
    : reactor_(reactor), ended_(std::move(ended)), events_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!events_) throw sys::SysError(errno, "watching connections");
  readable_ = reactor_.watch(events_.get(), POLLIN, [this](int) { on_events(); });
}

void Relay::carry(Number number, sys::Fd inside, sys::Fd outside) {
  const int in = inside.get(), out = outside.get();
  pairs_.insert_or_assign(
      number, Pair{std::move(inside), std::move(outside), {.from = in, .to = out}, {.from = out, .to = in}});
  for (const int fd : {in, out}) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | static_cast<unsigned>(EPOLLET);
    event.data.u64 = number;
    if (::epoll_ctl(events_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return end(number, true);
  }
}

void Relay::on_events() {
  std::array<epoll_event, 256> events{};
  const int count = ::epoll_wait(events_.get(), events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < count; ++i) advance(events[static_cast<std::size_t>(i)].data.u64);
}

void Relay::advance(Number number) {
  const auto found = pairs_.find(number);
  if (found == pairs_.end()) return;
  Pair& pair = found->second;
  const Progress out = advance(pair.out), in = out == Progress::broken ? out : advance(pair.in);
  if (in == Progress::broken) {
    pair.error = errno;
    return end(number, true);
  }
  if (out == Progress::over && in == Progress::over) return end(number, false);
  if (out != Progress::busy && in != Progress::busy) return;
  busy_.insert(number);
  if (next_) return;
  next_ = reactor_.at(sys::BootClock::now(), [this] {
    next_.cancel();
    for (const Number busy : std::exchange(busy_, {})) advance(busy);
  });
}

/// Edge-triggered: to the point where one end makes it wait, or its turn is over.
Relay::Progress Relay::advance(Way& way) {
  for (int piece = 0; piece < pieces_in_a_turn; ++piece) {
    if (way.is_over) return Progress::over;
    const Progress progress = way.under_way == 0 ? fill(way) : drain(way);
    if (progress != Progress::busy) return progress;
  }
  return Progress::busy;
}

Relay::Progress Relay::fill(Way& way) {
  if (way.is_dry) {
    take_back_pipe(way);
    way.is_over = true;
    // Who has gone already needs no word.
    if (::shutdown(way.to, SHUT_WR) != 0 && errno != ENOTCONN) return Progress::broken;
    return Progress::over;
  }
  lend_pipe(way);
  if (!way.pipe.read_end) return Progress::broken;
  const ssize_t count = ::splice(way.from, nullptr, way.pipe.write_end.get(), nullptr, pipe_bytes, moving);
  if (count > 0) {
    way.under_way = static_cast<std::size_t>(count);
    return Progress::busy;
  }
  way.is_dry = count == 0;
  if (way.is_dry || errno == EINTR) return Progress::busy;
  if (errno != EAGAIN) return Progress::broken;
  take_back_pipe(way);
  return Progress::waits;
}

Relay::Progress Relay::drain(Way& way) {
  const ssize_t count = ::splice(way.pipe.read_end.get(), nullptr, way.to, nullptr, way.under_way, moving);
  if (count < 0) {
    if (errno == EINTR) return Progress::busy;
    return errno == EAGAIN ? Progress::waits : Progress::broken;
  }
  way.under_way -= static_cast<std::size_t>(count);
  way.carried += static_cast<std::uint64_t>(count);
  return Progress::busy;
}

void Relay::lend_pipe(Way& way) {
  if (way.pipe.read_end) return;
  if (!pipes_.empty()) {
    way.pipe = std::move(pipes_.back());
    pipes_.pop_back();
    return;
  }
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return;
  way.pipe = {sys::Fd(ends[0]), sys::Fd(ends[1])};
  ::fcntl(ends[1], F_SETPIPE_SZ, pipe_bytes);  // a smaller one carries, too
}

void Relay::take_back_pipe(Way& way) {
  if (way.pipe.read_end && pipes_.size() < most_spare_pipes) pipes_.push_back(std::move(way.pipe));
  way.pipe = {};
}

void Relay::end(Number number, bool breaks_off) {
  auto ended = pairs_.extract(number);
  if (ended.empty()) return;
  Pair& pair = ended.mapped();
  busy_.erase(number);
  const Carried carried{pair.out.carried, pair.in.carried, pair.error};
  if (breaks_off) {
    break_off(std::move(pair.inside));
    break_off(std::move(pair.outside));
  }
  ended_(number, carried);
}

Relay::Carried Relay::carried(Number number) const {
  const auto found = pairs_.find(number);
  if (found == pairs_.end()) return {};
  return {found->second.out.carried, found->second.in.carried, 0};
}

void Relay::cut() {
  while (!pairs_.empty()) end(pairs_.begin()->first, true);
}

}  // namespace sandbox
