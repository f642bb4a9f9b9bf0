#pragma once
/// The gate's questions to the world above. Whoever answers records the decision before answering; an
/// `allow` may wait for record_allowed(), while the kernel already builds the image.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/connection.h"
#include "sandbox/exec_event.h"

namespace sandbox {

enum class Occasion {
  asked,  ///< the program has not been started
  found,  ///< the kernel has built another image than the one that was judged; it has not run one instruction
};

enum class Ruling {
  allow,
  deny,
  succeed,  ///< nothing starts: the caller ends with status 0, like a program that does and prints nothing
  fail,     ///< the same with status 1. Both are a deny when `found`.
  wait,     ///< Gate::answer() will tell; the caller waits, the rest of the tree does not. As a deny when
            ///< `found`.
};

/// Why the gate itself refuses, without asking.
struct Refusal {
  std::string rule;    ///< "gate.unreadable", "gate.traced", …
  std::string reason;  ///< a sentence
};

/// Where a connection that was allowed so far may lead.
struct Reach {
  Ruling ruling = Ruling::deny;  ///< allow, deny or wait, as for an exec
  std::vector<std::string> addresses = {};
};

class Judge {
 public:
  virtual ~Judge() = default;
  /// Asked before an exec is read: whether what it judges by then looks at the environment.
  virtual bool reads_environment() { return false; }
  /// `ticket` names the event until it is answered.
  virtual Ruling judge(const ExecEvent& event, Occasion occasion, std::uint64_t ticket) = 0;
  /// `event` is what judge() has allowed last. False when that cannot be recorded: it must not run.
  virtual bool record_allowed(const ExecEvent& /*event*/) { return true; }
  /// Asked once of each exec that was allowed under this ticket, by judge() or a person: where it starts when
  /// not in its caller's sandbox. A word of the judge's own, for whoever builds that place.
  virtual std::optional<std::string> place_of(std::uint64_t /*ticket*/) { return std::nullopt; }
  /// The gate has refused; `event` is as complete as it could be read.
  virtual void refused(const ExecEvent& event, const Refusal& refusal) = 0;
  /// A connection, by the name that it leads to, or by its address where it has none. Nothing is looked up
  /// before. A judge that knows no connections allows none.
  virtual Ruling judge_connection(const Connection& /*connection*/, std::uint64_t /*ticket*/) {
    return Ruling::deny;
  }
  /// Of the addresses of a connection that was allowed so far, those that it may be made to; on record. After
  /// `wait` and a yes it is asked again.
  virtual Reach reachable(const Connection& /*connection*/, std::uint64_t /*ticket*/) { return {}; }
  /// One that nobody needs to judge.
  virtual void connection_refused(const Connection& /*connection*/, const Refusal& /*refusal*/) {}
  /// A connection that was reachable has ended, or could not be made.
  virtual void connection_ended(const Connection& /*connection*/, const ConnectionEnd& /*end*/) {}
  /// The one who asked is gone; no answer is wanted any more.
  virtual void withdrawn(std::uint64_t ticket) = 0;
};

}  // namespace sandbox
