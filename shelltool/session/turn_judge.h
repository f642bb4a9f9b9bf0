#pragma once
/// Judges the execs and the connections of a session's turns: asks the rules, keeps the record, and asks a
/// person where the rules say so.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "policy/approval.h"
#include "policy/audit.h"
#include "policy/decision.h"
#include "policy/rule_set.h"
#include "sandbox/gate/judge.h"
#include "shelltool/session/connection_judge.h"
#include "shelltool/session/denial_log.h"

namespace shelltool {

class TurnJudge : public sandbox::Judge {
 public:
  struct Setup {
    const policy::RuleSet& rules;
    policy::Audit& audit;
    policy::State state;
    policy::Approval approval = policy::Approval::on_request;
    bool redact = true;
    /// `is_first`: of equal ones.
    std::function<void(const Denial&, const sandbox::ExecEvent&, bool is_first)> denied = {};
    std::function<void(Question)> ask = {};  ///< empty: there is nobody to ask, for
    std::string nobody = "There is no terminal to ask at.";
    std::function<void(std::uint64_t)> withdraw = {};  ///< the question needs no answer any more
    std::function<void()> refresh = {};                ///< before an exec is read: `rules` may change now
  };
  explicit TurnJudge(Setup setup);

  /// A sandbox that programs of the session run in.
  struct Place {
    std::string profile = {};  ///< empty: the session's own, or one like it
    /// Whether a program that no rule moves stays in the profile; empty: all do. `is_same_process`: as the
    /// program that was moved there.
    std::function<bool(const sandbox::ExecEvent& event, bool is_same_process)> keeps = {};
    pid_t process = 0;  ///< that program's
  };

  sandbox::Ruling judge(const sandbox::ExecEvent& event, sandbox::Occasion occasion,
                        std::uint64_t ticket) override;
  sandbox::Ruling judge_at(const Place& place, const sandbox::ExecEvent& event, sandbox::Occasion occasion,
                           std::uint64_t ticket);
  /// The profile that it is moved to, or back out of: then an empty word.
  std::optional<std::string> place_of(std::uint64_t ticket) override;
  bool reads_environment() override;
  bool record_allowed(const sandbox::ExecEvent& event) override;
  void refused(const sandbox::ExecEvent& event, const sandbox::Refusal& refusal) override;
  void withdrawn(std::uint64_t ticket) override;
  sandbox::Ruling judge_connection(const sandbox::Connection& connection, std::uint64_t ticket) override;
  sandbox::Reach reachable(const sandbox::Connection& connection, std::uint64_t ticket) override;
  void connection_refused(const sandbox::Connection& connection, const sandbox::Refusal& refusal) override;
  void connection_ended(const sandbox::Connection& connection, const sandbox::ConnectionEnd& end) override;

  /// Records the answer; true when the program may run, or the connection be made. The caller tells who
  /// waits.
  bool answered(std::uint64_t ticket, Answer answer);
  void set_tier(sandbox::Tier tier) { setup_.state.tier = tier; }
  /// From now on, also for what has been asked about and not answered yet.
  void set_state(sandbox::Mode mode, sandbox::Network network, std::uint64_t generation);

  /// The first program of a turn, which was started ahead of its command, is judged as this: now if it runs
  /// already, else when it asks. False when it runs, and must not go on.
  bool judge_as(std::uint64_t turn, const std::vector<std::string>& argv);
  /// Nothing more is heard of a turn: what was refused in it.
  DenialLog take_denials(std::uint64_t turn);
  [[nodiscard]] const policy::State& state() const { return setup_.state; }

 private:
  struct Pending {
    sandbox::ExecEvent event;
    policy::Decision decision;
    bool moves = false;            ///< to the profile that the decision names
    std::uint64_t generation = 1;  ///< of the state that it was decided under
  };
  struct Allowed {
    const char* what;
    policy::Decision decision;
  };
  sandbox::Ruling rule_on(const Place& place, const sandbox::ExecEvent& event, sandbox::Occasion occasion,
                          std::uint64_t ticket);
  [[nodiscard]] policy::Decision decide(const Place& place, const sandbox::ExecEvent& event) const;
  [[nodiscard]] bool is_denied_by_now(Pending& pending);
  sandbox::Ruling allow(const char* what, const sandbox::ExecEvent& event, policy::Decision decision);
  sandbox::Ruling deny_unrecorded(const sandbox::ExecEvent& event, const sys::Error& error);
  sandbox::Ruling deny(const sandbox::ExecEvent& event, const policy::Decision& decision);
  void record(const char* what, const sandbox::ExecEvent& event, const policy::Decision& decision);

  void deny(const Denial& denial, const sandbox::ExecEvent& event);
  void look();

  Setup setup_;
  ConnectionJudge connections_;
  std::optional<Allowed> allowed_;               // what record_allowed() is to write
  bool is_recording_ = false;                    // the last record could be written
  std::map<std::uint64_t, Pending> pending_;     // execs
  std::map<std::uint64_t, std::string> places_;  // of execs that were allowed and are moved, until asked for
  std::set<std::string> granted_;                // for the session: exactly what was shown
  std::set<std::string>
      said_no_;  // by process: it is not asked for again, nor for another name of the same file
  std::map<std::uint64_t, DenialLog> denials_;               // by turn
  std::map<std::uint64_t, sandbox::ExecEvent> started_;      // the first programs of turns
  std::map<std::uint64_t, std::vector<std::string>> meant_;  // the words that they are to be judged by
};

}  // namespace shelltool
