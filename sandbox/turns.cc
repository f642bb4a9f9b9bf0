#include "sandbox/turns.h"

#include <poll.h>

#include <csignal>
#include <cstring>
#include <utility>

#include "sandbox/gate/task.h"
#include "sandbox/sys/error.h"

namespace sandbox {
namespace {

using Kind = TurnReport::Kind;

/// Between SIGTERM and SIGKILL, so that a command can still say what it was doing.
constexpr auto grace = std::chrono::milliseconds(200);
/// Between an order to kill and the next; the third finds a sandbox that does not obey.
constexpr auto patience = std::chrono::seconds(2);
/// Of parents: deeper trees have a program of theirs among the first.
constexpr int longest_climb = 64;

}  // namespace

Turns::Turns(sys::Reactor& reactor, sys::Channel zygote, User user, Handlers handlers)
    : reactor_(reactor), zygote_(std::move(zygote)), user_(user), handlers_(std::move(handlers)) {
  sys::set_nonblocking(zygote_.fd(), true);
  reports_ = reactor_.watch(zygote_.fd(), POLLIN, [this](int) { on_reports(); });
}

Turns::Id Turns::start(const TurnProgram& program, const std::vector<int>& descriptors, Ended ended) {
  const sys::Fd packed = pack(program);
  for (const int fd : descriptors) hand_over_pipe(fd, user_);
  const TurnOrder order{last_ + 1};
  std::vector<int> sent = {packed.get()};
  sent.insert(sent.end(), descriptors.begin(), descriptors.end());
  zygote_.send({reinterpret_cast<const char*>(&order), sizeof order}, sent);
  Turn& turn = turns_[++last_];
  turn.ended = std::move(ended);
  turn.started = sys::BootClock::now();
  return last_;
}

void Turns::end_after(Id id, std::chrono::nanoseconds time) {
  const auto found = turns_.find(id);
  if (found == turns_.end() || found->second.is_over) return;
  found->second.deadline = reactor_.at(sys::BootClock::now() + time, [this, id] {
    turns_.at(id).outcome.timed_out = true;
    end(id);
  });
}

void Turns::limit_wall(Id id, std::chrono::milliseconds time) {
  const auto found = turns_.find(id);
  if (found == turns_.end()) return;
  found->second.wall =
      reactor_.at(sys::BootClock::now() + time, [this, id, time] { wall_reached(id, time); });
}

void Turns::wall_reached(Id id, std::chrono::milliseconds time) {
  Turn& turn = turns_.at(id);
  const LimitReached reached{LimitReached::Which::wall, static_cast<std::uint64_t>(time.count())};
  if (turn.is_over) return end_left(turn, reached);
  turn.outcome.timed_out = true;
  add(turn.outcome.limits, reached);
  end(id);
}

void Turns::limit_reached(Id id, const LimitReached& reached) {
  const auto found = turns_.find(id);
  if (found == turns_.end()) return;
  Turn& turn = found->second;
  const bool ends = reached.which == LimitReached::Which::memory;
  if (turn.is_over) {
    if (ends) end_left(turn, reached);
    return;
  }
  add(turn.outcome.limits, reached);
  if (!ends || turn.is_killed) return;
  turn.is_ending = true;
  kill(id, true);
}

void Turns::tell_reached(Id id, const LimitReached& reached) {
  const auto found = turns_.find(id);
  if (found == turns_.end() || found->second.is_over)
    handlers_.left_reached(reached);
  else
    add(found->second.outcome.limits, reached);
}

void Turns::end_left(Turn& turn, const LimitReached& reached) {
  if (std::exchange(turn.is_killed, true)) return;
  handlers_.order({Order::Kind::end_turn, turn.keeper});
  handlers_.left_reached(reached);
}

void Turns::end(Id id) {
  const auto found = turns_.find(id);
  if (found == turns_.end() || found->second.is_over || std::exchange(found->second.is_ending, true)) return;
  if (found->second.keeper != 0) handlers_.order({Order::Kind::terminate_turn, found->second.keeper});
  found->second.deadline = reactor_.at(sys::BootClock::now() + grace, [this, id] { kill(id, true); });
}

void Turns::kill(Id id, bool again) {
  Turn& turn = turns_.at(id);
  turn.is_killed = true;
  if (turn.keeper == 0)
    return handlers_.order({Order::Kind::end, 0});  // the zygote does not start what it was asked to
  handlers_.order({Order::Kind::end_turn, turn.keeper});
  turn.deadline = reactor_.at(sys::BootClock::now() + patience, [this, id, again] {
    if (again) return kill(id, false);
    handlers_.order({Order::Kind::end, 0});
  });
}

void Turns::on_reports() {
  while (const std::optional<sys::Packet> packet = zygote_.receive()) {
    TurnReport report{};
    if (packet->bytes.size() != sizeof report)
      throw sys::Error(sys::Kind::internal, "a turn sent an odd report");
    std::memcpy(&report, packet->bytes.data(), sizeof report);
    on_report(report, *packet);
  }
  if (zygote_.closed()) reports_.cancel();
}

void Turns::on_report(const TurnReport& report, const sys::Packet& packet) {
  const auto found = turns_.find(report.turn);
  if (found == turns_.end()) return;
  Turn& turn = found->second;
  switch (report.kind) {
    case Kind::started:
      if (packet.fds.size() != 1) throw sys::Error(sys::Kind::internal, "a turn's keeper sent no pidfd");
      turn.keeper = report.value;
      turn.keeper_outside = sys::pid_of(packet.fds.front().get());
      (*keepers_)[turn.keeper_outside] = report.turn;
      return;
    case Kind::cwd_failed:
      turn.outcome.cwd_failed = true;
      [[fallthrough]];
    case Kind::exec_failed:
      turn.outcome.exec_error = report.value;
      return;
    case Kind::ended:
      turn.is_over = true;
      turn.outcome.status = sys::exit_status(report.value);
      if (!turn.is_ending) tell(turn, report.left != 0);
      return;
    case Kind::gone:
      on_gone(report.turn, turn, report.value);
      return;
  }
}

void Turns::on_gone(Id id, Turn& turn, int status) {
  if (!turn.is_over) {
    // The command killed its own keeper: what it left belongs to nobody, and ends.
    turn.outcome.status = sys::exit_status(status);
    handlers_.order({Order::Kind::end_turn, 0});
  }
  Turn last = std::move(turn);
  turns_.erase(id);
  tell(last, false);
  // Not before its end is told: until then somebody may ask whose a process was.
  reactor_.post([keepers = keepers_, keeper = last.keeper_outside, id] {
    if (const auto found = keepers->find(keeper); found != keepers->end() && found->second == id)
      keepers->erase(found);
  });
  if (turns_.empty() && none_) reactor_.post(none_);
}

void Turns::tell(Turn& turn, bool left) {
  turn.deadline.cancel();
  if (std::exchange(turn.is_told, true)) return;
  handlers_.complete(turn.outcome, left);
  turn.outcome.duration =
      std::chrono::duration_cast<std::chrono::milliseconds>(sys::BootClock::now() - turn.started);
  // From the reactor: who is told may end us.
  reactor_.post([ended = std::move(turn.ended), outcome = turn.outcome, left] { ended(outcome, left); });
}

void Turns::lose_all() {
  keepers_->clear();
  for (auto& [id, turn] : std::exchange(turns_, {})) {
    if (!turn.is_over) turn.outcome.status = {0, SIGKILL};
    turn.outcome.sandbox_lost = true;
    tell(turn, false);
  }
}

std::vector<LimitWatch::Tree> Turns::trees() const {
  std::vector<LimitWatch::Tree> trees;
  for (const auto& [id, turn] : turns_)
    if (turn.keeper_outside != 0) trees.push_back({id, turn.keeper_outside});
  return trees;
}

Turns::Id Turns::kept_by(pid_t keeper) {
  on_reports();  // a keeper reports before its command execs, but perhaps nobody has listened since
  const auto found = keepers_->find(keeper);
  return found == keepers_->end() ? 0 : found->second;
}

Turns::Id Turns::turn_of(pid_t process) {
  for (int climb = 0; climb < longest_climb && process > 1; ++climb) {
    if (const Id turn = kept_by(process); turn != 0) return turn;
    try {
      process = Task(process).parent();
    } catch (const sys::SysError&) {
      return 0;
    }
  }
  return 0;
}

}  // namespace sandbox
