#include "sandbox/sys/reactor.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <utility>

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
    int events = 0;
    IoCallback callback;
  };
  using Deadline = std::pair<BootClock::time_point, std::uint64_t>;

  Fd timer, wake;
  // By id, not by descriptor: a number that was closed and reused in the same round finds no source.
  std::map<std::uint64_t, std::shared_ptr<Source>> sources;
  std::vector<pollfd> polled;  // one for each source, in the same order
  std::vector<std::uint64_t> polled_ids;
  bool is_stale = true;  // the sources have changed since
  std::map<Deadline, Callback> deadlines;
  std::uint64_t next_id = 1;
  std::mutex mutex;  // guards posted
  std::vector<Callback> posted;
  ErrorCallback on_error;
  bool running = false;

  std::uint64_t add(int fd, int events, IoCallback callback);
  void remove(std::uint64_t id);
  void guarded(const Callback& callback);
  void arm();
  void run_due();
  void run_posted();
  void wait();
  void run_ready();
};

std::uint64_t Reactor::State::add(int fd, int events, IoCallback callback) {
  const std::uint64_t id = next_id++;
  sources.emplace(id, std::make_shared<Source>(Source{fd, events, std::move(callback)}));
  is_stale = true;
  return id;
}

void Reactor::State::remove(std::uint64_t id) { is_stale = sources.erase(id) > 0 || is_stale; }

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

void Reactor::State::wait() {
  if (std::exchange(is_stale, false)) {
    polled.clear();
    polled_ids.clear();
    for (const auto& [id, source] : sources) {
      polled.push_back({source->fd, static_cast<short>(source->events), 0});
      polled_ids.push_back(id);
    }
  }
  if (::poll(polled.data(), polled.size(), -1) >= 0) return;
  if (errno != EINTR) throw SysError(errno, "waiting for events");
  for (pollfd& one : polled) one.revents = 0;
}

void Reactor::State::run_ready() {
  for (std::size_t i = 0; i < polled.size() && running; ++i) {
    const int events = polled[i].revents;
    if (events == 0) continue;
    const auto found = sources.find(polled_ids[i]);
    if (found == sources.end()) continue;  // cancelled by an earlier callback of this round
    const std::shared_ptr<Source> source = found->second;
    if ((events & POLLNVAL) != 0) {  // it would be reported for ever
      remove(found->first);
      guarded([&] { throw SysError(EBADF, "watching descriptor {}", source->fd); });
      continue;
    }
    guarded([&] { source->callback(events); });
  }
}

Reactor::Reactor() : state_(std::make_shared<State>()) {
  state_->timer = Fd(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK));
  state_->wake = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!state_->timer || !state_->wake) throw SysError(errno, "creating an event loop");
  State& state = *state_;
  state.add(state.timer.get(), POLLIN, [&state](int) {
    drain(state.timer.get());
    state.run_due();
  });
  state.add(state.wake.get(), POLLIN, [&state](int) {
    drain(state.wake.get());
    state.run_posted();
  });
}

Reactor::~Reactor() = default;

Watch Reactor::watch(int fd, int events, IoCallback callback) {
  const std::uint64_t id = state_->add(fd, events, std::move(callback));
  return Watch([weak = std::weak_ptr(state_), id] {
    if (const auto state = weak.lock()) state->remove(id);
  });
}

Watch Reactor::at(BootClock::time_point deadline, Callback callback) {
  const State::Deadline key{deadline, state_->next_id++};
  const auto added = state_->deadlines.emplace(key, std::move(callback)).first;
  if (added == state_->deadlines.begin()) state_->arm();
  return Watch([weak = std::weak_ptr(state_), key] {
    if (const auto state = weak.lock()) state->deadlines.erase(key);
  });
}

Watch Reactor::on_exit(int pidfd, Callback callback) {
  return watch(pidfd, POLLIN, [callback = std::move(callback)](int) { callback(); });
}

Watch Reactor::on_signals(const std::vector<int>& signals, std::function<void(int)> callback) {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : signals) sigaddset(&set, number);
  if (::sigprocmask(SIG_BLOCK, &set, nullptr) != 0) throw SysError(errno, "blocking signals");
  auto fd = std::make_shared<Fd>(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!*fd) throw SysError(errno, "creating a signal descriptor");
  return watch(fd->get(), POLLIN, [fd, callback = std::move(callback)](int) {
    std::array<signalfd_siginfo, 8> infos{};  // what does not fit is reported again
    const ssize_t size = ::read(fd->get(), infos.data(), sizeof infos);
    const auto count = static_cast<std::size_t>(std::max<ssize_t>(size, 0)) / sizeof infos.front();
    for (std::size_t i = 0; i < count; ++i) callback(static_cast<int>(infos[i].ssi_signo));
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
  while (state_->running) {
    state_->wait();
    state_->run_ready();
  }
}

void Reactor::stop() { state_->running = false; }

}  // namespace sys
