#pragma once
/// One sandbox while it lives: its launcher, its exec gate, and how its command ended, or the turns that it
/// has.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/gate/gate.h"
#include "sandbox/launcher/hold_wire.h"
#include "sandbox/launcher/launch.h"
#include "sandbox/launcher/roots_wire.h"
#include "sandbox/limit_watch.h"
#include "sandbox/net/connections.h"
#include "sandbox/net/listening.h"
#include "sandbox/net/publisher.h"
#include "sandbox/outcome.h"
#include "sandbox/spec.h"
#include "sandbox/sys/reactor.h"
#include "sandbox/turns.h"
#include "sandbox/wait_statuses.h"

namespace sandbox {

class Moved;
struct Destination;
/// Where a program goes that its judge sends to a place (Judge::place_of). Throws sys::Error where there is
/// no way.
using Destinations = std::function<Destination(const ExecEvent&, const std::string& place)>;

/// Single-threaded: made and run on the thread of the reactor. Its end is the end of everything in the
/// sandbox.
class Supervisor {
 public:
  struct Handlers {
    std::function<void(const Outcome&)> ended;  ///< nothing of the command is left, or of the session
    std::function<void(int signal)> stopped;    ///< the command has been stopped; resume() continues it
    /// By what a turn has left running, and which has been ended for it: no outcome will tell.
    std::function<void(const LimitReached&)> left_reached = {};
    /// A server has begun, which nothing outside reaches. Not where the network is the host's.
    std::function<void(const Listening&)> listening = {};
  };

  struct Judging {
    Judge& judge;
    GateOptions options;
    Destinations destinations = {};         ///< empty: none
    std::optional<Upstream> upstream = {};  ///< not in the Spec: nobody inside has a use for it
  };

  /// Starts the command. `prepare` says who judges it, and runs while the launcher builds the sandbox, before
  /// the command exists; empty for a guest. Throws SetupError, also for a port that cannot be published, and
  /// what `prepare` throws; nothing is left then.
  Supervisor(sys::Reactor& reactor, const Spec& spec, const std::function<Judging()>& prepare,
             Handlers handlers, std::optional<Nascent> nascent = std::nullopt);
  /// The same beside another sandbox, for a program that was moved out of that one, which outlives it.
  Supervisor(Supervisor& beside, const Spec& spec, const std::function<Judging()>& prepare, Handlers handlers,
             const Inherited& inherited);
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;
  ~Supervisor();

  /// To the command's process group.
  void signal(int number);
  /// SIGTERM when the time is over, and the end of everything a moment later.
  void end_after(std::chrono::nanoseconds time);
  /// Kills everything now.
  void end();

  /// A process beside the turns that runs `spec.worker`. The first letter from it is of launcher/wire.h: it
  /// is ready, or why it is not; a channel that is closed means the same.
  sys::Channel start_worker();
  /// Changes what Spec::held says, for all that runs and will run: in force when this returns, but for what
  /// it names. What a program has open stays open to it, and so does a directory that it is in. Nothing is
  /// named where the sandbox has ended. What is not held for a rule's sake stays in reach of a program that
  /// was moved to where it is shown (Spec::shown, Spec::sockets).
  enum class HoldFor { rules, hiding, sockets };
  std::vector<NotHeld> hold(const HoldOrder& change, HoldFor reason = HoldFor::rules);

  /// The sandbox's first process, as our namespace numbers it.
  [[nodiscard]] pid_t init() const { return launched_.init.pid(); }

  /// Which of its writable roots the sandbox may write from now on, all that runs in it included. Nothing
  /// when its first process does not answer. Where the sandbox has ended, all is in force.
  std::optional<RootsAnswer> set_roots(const RootsOrder& roots);

  /// The answer to a ruling of `wait`, on an exec or a connection.
  void answer(std::uint64_t ticket, bool allowed);
  /// Of a sandbox that was built with an allow list: none ends all connections and lets no more be made,
  /// allowlist lets them be made again. In force when this returns.
  void set_network(Network network);
  /// Ends the sandboxes of all that was moved out of this one, and out of those. Nothing of them is left when
  /// this returns: the programs' words, for people.
  std::vector<std::string> end_moved();
  /// A limit, by a program that was moved out of this one.
  void tell_reached(std::uint64_t turn, const LimitReached& reached) {
    if (turns_)
      turns_->tell_reached(turn, reached);
    else
      add(outcome_.limits, reached);
  }
  /// Each Moved of this sandbox, while it lives.
  void keep(Moved& moved) { moved_.push_back(&moved); }
  void forget(Moved& moved) { std::erase(moved_, &moved); }

  /// Not of a guest.
  [[nodiscard]] Gate& gate() { return *gate_; }
  /// Of a spec without a command only.
  [[nodiscard]] Turns& turns() { return *turns_; }
  [[nodiscard]] pid_t process_group() const { return launched_.command; }
  [[nodiscard]] Tier tier() const { return launched_.tier; }
  [[nodiscard]] const std::vector<std::string>& missing() const { return launched_.missing; }

 private:
  Supervisor(sys::Reactor& reactor, std::shared_ptr<WaitStatuses> statuses, Handlers handlers,
             const std::function<Launched(const std::function<void()>& meanwhile)>& launch_it,
             const Spec& spec, const std::function<Judging()>& prepare);
  bool order(const Order& order, const std::vector<int>& fds = {});
  std::vector<NotHeld> hold_here(HoldOrder change, HoldFor reason);
  using Fds = std::vector<sys::Fd>;
  std::optional<Fds> ask(Order::Kind kind, const std::vector<int>& fds, Report::Kind answer);
  std::optional<Fds> await(Report::Kind kind, int number);
  Lent lend(const Spec& to);
  void on_reports();
  void on_report(const Report& report);
  bool on_wait_status(pid_t pid, int status, bool is_last_word);
  void on_init_gone();
  void time_out();
  void watch_limits(const Limits& limits);
  void limit_reached(std::uint64_t turn, const LimitReached& reached);
  void complete(Outcome& outcome, bool may_listen);
  void begin_network(const Spec& spec);
  void look_for_servers();
  void tell_end();
  void settle_connections();

  sys::Reactor& reactor_;
  Handlers handlers_;
  std::vector<std::string> caches_;           // their paths
  bool nests_;                                // Spec::nested_namespaces
  std::vector<std::string> shown_, sockets_;  // in reach, but for rules and what is hidden_
  std::vector<std::string> hidden_;
  sys::BootClock::time_point started_;
  std::shared_ptr<WaitStatuses> statuses_;
  WaitStatuses::Claim claim_;
  std::unique_ptr<Publisher> publisher_;
  std::optional<Judging> judging_;
  Launched launched_;
  std::unique_ptr<Turns> turns_;
  std::vector<Moved*> moved_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<Connections> connections_;
  std::optional<ListeningLook> servers_;
  std::vector<Listening> listening_;  // not told with an outcome yet
  std::optional<LimitWatch> limits_;
  Outcome outcome_;
  bool reported_end_ = false, told_end_ = false;
  int orders_ = 0;                     // that are answered by number
  std::vector<Report> early_reports_;  // that came while another was waited for
  sys::Watch reports_, deadline_, wall_, early_, next_look_;
};

}  // namespace sandbox
