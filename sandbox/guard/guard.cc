#include "sandbox/guard/guard.h"

#include <poll.h>
#include <sys/random.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <ctime>
#include <optional>

#include "sandbox/guard/guard_record.h"
#include "sandbox/guard/sweep.h"
#include "sandbox/sys/error.h"

namespace sandbox {
namespace {

using namespace std::chrono_literals;

constexpr auto lock_pause = 10ms;
constexpr auto first_pause = 5ms;   // between the looks before it is worth watching
constexpr auto blind_pause = 50ms;  // between sweeps where there are no watches to be had
constexpr std::size_t most_record_bytes = 256 * 1024 * 1024;

std::int64_t wall_clock_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

/// Nobody can have made the quarantine directory before us: its name cannot be guessed.
std::string new_label() {
  std::uint64_t random = 0;
  if (::getrandom(&random, sizeof random, 0) != sizeof random)
    throw sys::SysError(errno, "getting random bytes");
  return fmt::format("{}-{:016x}", ::getpid(), random);
}

std::vector<Taken> finish_sweep_of(const RecordFile& file, const std::string& state_directory) {
  const auto record = read_record(sys::read_all(file.fd(), most_record_bytes, file.path()));
  if (!record) {
    Taken notice;
    notice.kind = Taken::Kind::notice;
    notice.what =
        "the record of a guard that was killed is damaged, so its sweep was not finished: " + file.path();
    return {notice};
  }
  Sweep sweep(*record, state_directory);
  sweep.everything();
  return sweep.taken();
}

}  // namespace

struct Guard::Running {
  Running(sys::Reactor& loop, GuardRecord guard_record, const std::string& state_directory)
      : reactor(loop),
        record(std::in_place, state_directory, guard_record),
        sweep(std::move(guard_record), state_directory) {}

  void start();
  void try_watching();
  void on_events();
  void try_again(std::chrono::milliseconds pause);

  sys::Reactor& reactor;
  std::optional<RecordFile> record;
  std::unique_ptr<Watches> watches;
  Sweep sweep;
  sys::Watch events;
  sys::Watch timer;
  int rounds_before_watching = 3;
};

/// Closing an inotify instance waits for a grace period of the kernel, about 10 ms: a command that ends
/// before that is only looked at now and then, and by finish().
void Guard::Running::start() {
  sweep.known();
  if (--rounds_before_watching >= 0) {
    timer = reactor.at(sys::BootClock::now() + first_pause, [this] { start(); });
    return;
  }
  try_watching();
  sweep.known();
  if (watches && watches->complete()) return;
  sweep.note(
      "some protected names are looked at only every 50 ms: this user has no inotify watches left "
      "(fs.inotify.max_user_watches, max_user_instances)");
  try_again(blind_pause);
}

void Guard::Running::try_watching() {
  try {
    watches = std::make_unique<Watches>();
  } catch (const sys::SysError&) {
    return;
  }
  sweep.watch(watches.get());
  events = reactor.watch(watches->fd(), POLLIN, [this](int) { on_events(); });
}

void Guard::Running::on_events() {
  const bool whole = watches->read();
  if (whole)
    sweep.look();
  else
    sweep.known();
  if (sweep.waiting())
    try_again(lock_pause);
  else if (!watches->complete() && !timer)
    try_again(blind_pause);
}

void Guard::Running::try_again(std::chrono::milliseconds pause) {
  timer = reactor.at(sys::BootClock::now() + pause, [this] {
    const bool blind = !watches || !watches->complete();
    if (blind)
      sweep.known();
    else
      sweep.look();
    if (sweep.waiting())
      try_again(lock_pause);
    else if (blind)
      try_again(blind_pause);
  });
}

Guard::Guard(sys::Reactor& reactor, ProtectedNames names, GuardOptions options)
    : reactor_(reactor), names_(std::move(names)), options_(std::move(options)) {}

Guard::~Guard() = default;

void Guard::begin() {
  GuardRecord record;
  record.label = new_label();
  record.began_ns = wall_clock_ns();
  record.mounts_hold = options_.mounts_hold;
  record.limits = options_.limits;
  record.names = names_;
  running_ = std::make_unique<Running>(reactor_, std::move(record), options_.state_directory);
  running_->start();
}

std::vector<Taken> Guard::sweep() {
  if (!running_) return {};
  running_->sweep.everything();
  return running_->sweep.taken();
}

std::vector<Taken> Guard::look() {
  if (!running_ || !running_->watches || !running_->watches->complete()) return sweep();
  while (running_->watches->has_events()) running_->on_events();
  return running_->sweep.waiting() ? sweep() : running_->sweep.taken();
}

std::vector<Taken> Guard::finish() {
  std::vector<Taken> taken = sweep();
  if (running_) running_->record->remove();
  running_.reset();
  return taken;
}

std::vector<Taken> sweep_leftovers(const std::string& state_directory) {
  std::vector<Taken> taken;
  for (RecordFile& file : take_dead_records(state_directory)) {
    try {
      for (Taken& one : finish_sweep_of(file, state_directory)) taken.push_back(std::move(one));
      file.remove();
    } catch (const sys::Error& error) {  // it stays for the next start; this one goes on
      Taken notice;
      notice.kind = Taken::Kind::notice;
      notice.what = fmt::format("the sweep of a guard that was killed is not finished: {}", error.what());
      taken.push_back(std::move(notice));
    }
  }
  return taken;
}

}  // namespace sandbox
