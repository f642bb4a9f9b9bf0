#pragma once
/// The turns of a session: commands, each in the session's one sandbox, that are started, ended and accounted
/// for one by one.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "sandbox/launcher/launch.h"
#include "sandbox/launcher/turn_wire.h"
#include "sandbox/limit_watch.h"
#include "sandbox/outcome.h"
#include "sandbox/sys/channel.h"
#include "sandbox/sys/reactor.h"

namespace sandbox {

class Turns {
 public:
  using Id = std::uint64_t;
  /// `left`: the command has ended, and something that it started has not.
  using Ended = std::function<void(const Outcome& outcome, bool left)>;

  struct Handlers {
    std::function<void(Order)> order;                   ///< reaches the sandbox's first process
    std::function<void(Outcome&, bool left)> complete;  ///< may add to an outcome that is about to be told
    /// By something that a turn has left, and that has been ended.
    std::function<void(const LimitReached&)> left_reached;
  };
  /// `user` is who turns run as.
  Turns(sys::Reactor& reactor, sys::Channel zygote, User user, Handlers handlers);
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  /// `descriptors`: what the command gets as 0, 1, 2 and perhaps more; they stay the caller's. `ended` is
  /// called once, never from within start(). Throws sys::Error for a program that cannot be handed over; no
  /// turn is made then.
  Id start(const TurnProgram& program, const std::vector<int>& descriptors, Ended ended);
  /// Of how many something may still run.
  [[nodiscard]] std::size_t running() const { return turns_.size(); }
  /// Called from the reactor each time that the last of them has gone.
  void on_none(std::function<void()> callback) { none_ = std::move(callback); }
  /// What start() will return.
  [[nodiscard]] Id next() const { return last_ + 1; }
  /// As end(), so long from now; the outcome says so.
  void end_after(Id turn, std::chrono::nanoseconds time);
  /// The same, also for what the turn leaves running; the outcome names the limit.
  void limit_wall(Id turn, std::chrono::milliseconds time);
  /// What a turn came to; too much memory ends it at once.
  void limit_reached(Id turn, const LimitReached& reached);
  /// The same, where who reached it has been ended already.
  void tell_reached(Id turn, const LimitReached& reached);
  /// SIGTERM to all that the turn has left, and SIGKILL to what is there a moment later; `ended` is called
  /// when nothing is. A turn whose command has ended is none any more: what it has left ends with the
  /// session.
  void end(Id turn);
  /// The sandbox is gone: every turn has ended, by SIGKILL.
  void lose_all();

  /// What is there of each, also of those that are over.
  [[nodiscard]] std::vector<LimitWatch::Tree> trees() const;
  /// Which turn a process belongs to, by its number outside; 0: none.
  [[nodiscard]] Id turn_of(pid_t process);
  /// The one that this process keeps, by its number outside; 0: none.
  [[nodiscard]] Id kept_by(pid_t keeper);

 private:
  struct Turn {
    Ended ended;
    sys::BootClock::time_point started;
    std::int32_t keeper = 0;  // as the sandbox numbers it; 0 before it reported, and when it is gone
    pid_t keeper_outside = 0;
    Outcome outcome;
    bool is_over = false;    // its command has ended
    bool is_ending = false;  // and it is not told before the rest has
    bool is_told = false;
    bool is_killed = false;  // or about to be
    sys::Watch deadline, wall;
  };
  void on_reports();
  void on_report(const TurnReport& report, const sys::Packet& packet);
  void on_gone(Id id, Turn& turn, int status);
  void wall_reached(Id id, std::chrono::milliseconds time);
  void end_left(Turn& turn, const LimitReached& reached);
  void kill(Id id, bool again);
  void tell(Turn& turn, bool left);

  sys::Reactor& reactor_;
  sys::Channel zygote_;
  User user_;
  Handlers handlers_;
  Id last_ = 0;
  std::map<Id, Turn> turns_;
  std::function<void()> none_;
  using Keepers = std::map<pid_t, Id>;  // by their numbers outside
  std::shared_ptr<Keepers> keepers_ = std::make_shared<Keepers>();
  sys::Watch reports_;
};

}  // namespace sandbox
