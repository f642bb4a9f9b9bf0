#include "sandbox/sys/reactor.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>

#include "sandbox/sys/error.h"

namespace sys {

BootClock::time_point BootClock::now() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return time_point(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

namespace {

void drain(int counter) {
  std::uint64_t count = 0;
  while (::read(counter, &count, sizeof count) > 0) {
  }
}

}  // namespace

struct Reactor::State {
  struct Source {
    int fd = -1;
    IoCallback callback;
  };
  using Deadline = std::pair<BootClock::time_point, std::uint64_t>;

  Fd epoll, timer, wake;
  // epoll reports the id, not the descriptor: a number that was closed and reused in the same round finds no
  // source.
  std::map<std::uint64_t, std::shared_ptr<Source>> sources;
  std::map<Deadline, Callback> deadlines;
  std::uint64_t next_id = 1;
  std::mutex mutex;  // guards posted
  std::vector<Callback> posted;
  ErrorCallback on_error;
  bool running = false;

  std::uint64_t add(int fd, std::uint32_t events, IoCallback callback);
  void remove(std::uint64_t id);
  void guarded(const Callback& callback);
  void arm();
  void run_due();
  void run_posted();
};

std::uint64_t Reactor::State::add(int fd, std::uint32_t events, IoCallback callback) {
  const std::uint64_t id = next_id++;
  epoll_event event{};
  event.events = events;
  event.data.u64 = id;
  if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) != 0)
    throw SysError(errno, "watching descriptor {}", fd);
  sources.emplace(id, std::make_shared<Source>(Source{fd, std::move(callback)}));
  return id;
}

void Reactor::State::remove(std::uint64_t id) {
  const auto found = sources.find(id);
  if (found == sources.end()) return;
  ::epoll_ctl(epoll.get(), EPOLL_CTL_DEL, found->second->fd, nullptr);
  sources.erase(found);
}

void Reactor::State::guarded(const Callback& callback) {
  try {
    callback();
  } catch (const std::exception& error) {
    if (!on_error) {
      fmt::print(stderr, "gatehouse: {}\n", error.what());
      return;
    }
    on_error(error);
  }
}

void Reactor::State::arm() {
  itimerspec when{};
  if (!deadlines.empty()) {
    const auto since_boot = deadlines.begin()->first.first.time_since_epoch();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_boot);
    when.it_value.tv_sec = seconds.count();
    when.it_value.tv_nsec = std::max<long>((since_boot - seconds).count(), 1);  // all zero would disarm
  }
  if (::timerfd_settime(timer.get(), TFD_TIMER_ABSTIME, &when, nullptr) != 0)
    throw SysError(errno, "arming a timer");
}

void Reactor::State::run_due() {
  const auto now = BootClock::now();
  while (running && !deadlines.empty() && deadlines.begin()->first.first <= now) {
    auto due = deadlines.extract(deadlines.begin());
    guarded(due.mapped());
  }
  arm();
}

void Reactor::State::run_posted() {
  std::vector<Callback> batch;
  {
    const std::lock_guard lock(mutex);
    batch.swap(posted);
  }
  for (const Callback& callback : batch) guarded(callback);
}

Reactor::Reactor() : state_(std::make_shared<State>()) {
  state_->epoll = Fd(::epoll_create1(EPOLL_CLOEXEC));
  state_->timer = Fd(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK));
  state_->wake = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!state_->epoll || !state_->timer || !state_->wake) throw SysError(errno, "creating an event loop");
  State& state = *state_;
  state.add(state.timer.get(), EPOLLIN, [&state](std::uint32_t) {
    drain(state.timer.get());
    state.run_due();
  });
  state.add(state.wake.get(), EPOLLIN, [&state](std::uint32_t) {
    drain(state.wake.get());
    state.run_posted();
  });
}

Reactor::~Reactor() = default;

Watch Reactor::watch(int fd, std::uint32_t events, IoCallback callback) {
  const std::uint64_t id = state_->add(fd, events, std::move(callback));
  return Watch([weak = std::weak_ptr(state_), id] {
    if (const auto state = weak.lock()) state->remove(id);
  });
}

Watch Reactor::at(BootClock::time_point deadline, Callback callback) {
  const State::Deadline key{deadline, state_->next_id++};
  state_->deadlines.emplace(key, std::move(callback));
  state_->arm();
  return Watch([weak = std::weak_ptr(state_), key] {
    if (const auto state = weak.lock()) state->deadlines.erase(key);
  });
}

Watch Reactor::on_exit(int pidfd, Callback callback) {
  return watch(pidfd, EPOLLIN, [callback = std::move(callback)](std::uint32_t) { callback(); });
}

Watch Reactor::on_signals(const std::vector<int>& signals, std::function<void(int)> callback) {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : signals) sigaddset(&set, number);
  if (::sigprocmask(SIG_BLOCK, &set, nullptr) != 0) throw SysError(errno, "blocking signals");
  auto fd = std::make_shared<Fd>(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!*fd) throw SysError(errno, "creating a signal descriptor");
  return watch(fd->get(), EPOLLIN, [fd, callback = std::move(callback)](std::uint32_t) {
    signalfd_siginfo info{};
    while (::read(fd->get(), &info, sizeof info) == sizeof info) callback(static_cast<int>(info.ssi_signo));
  });
}

void Reactor::post(Callback callback) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->posted.push_back(std::move(callback));
  }
  const std::uint64_t one = 1;
  static_cast<void>(::write(state_->wake.get(), &one, sizeof one));
}

void Reactor::on_error(ErrorCallback callback) { state_->on_error = std::move(callback); }

void Reactor::run() {
  state_->running = true;
  std::array<epoll_event, 64> events{};
  while (state_->running) {
    const int count = ::epoll_wait(state_->epoll.get(), events.data(), static_cast<int>(events.size()), -1);
    if (count < 0 && errno != EINTR) throw SysError(errno, "waiting for events");
    for (int i = 0; i < count && state_->running; ++i) {
      const auto found = state_->sources.find(events[static_cast<std::size_t>(i)].data.u64);
      if (found == state_->sources.end()) continue;  // cancelled by an earlier callback of this round
      const std::shared_ptr<State::Source> source = found->second;
      state_->guarded([&] { source->callback(events[static_cast<std::size_t>(i)].events); });
    }
  }
}

void Reactor::stop() { state_->running = false; }

}  // namespace sys
