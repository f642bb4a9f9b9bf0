#pragma once
/// Judges the connections of a session's turns: as rules on `net` say, with the program that connects, on
/// record, and asking a person where they say so.

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "policy/approval.h"
#include "policy/audit.h"
#include "policy/decision.h"
#include "policy/event.h"
#include "policy/internal_address.h"
#include "policy/rule_set.h"
#include "sandbox/connection.h"
#include "sandbox/gate/judge.h"
#include "sandbox/sys/error.h"

namespace shelltool {

enum class Answer { no, once, session };

struct Question {
  std::uint64_t ticket = 0;
  policy::Decision decision;
  std::vector<std::string> argv;  ///< of a connection policy::words_of() it
  std::string cwd;
};

class ConnectionJudge {
 public:
  struct Setup {
    const policy::RuleSet& rules;
    policy::Audit& audit;
    const policy::State& state;  ///< by the time of each call
    policy::Approval approval;
    /// Takes what was denied.
    std::function<void(const sandbox::Connection&, const policy::Decision&, std::vector<std::string> words)>
        deny;
    std::function<void(Question)> ask;  ///< empty: there is nobody to ask, for
    std::string nobody;
  };
  explicit ConnectionJudge(Setup setup) : setup_(std::move(setup)) {}

  /// As sandbox::Judge has them.
  sandbox::Ruling judge(const sandbox::Connection& connection, std::uint64_t ticket);
  sandbox::Reach reachable(const sandbox::Connection& connection, std::uint64_t ticket);
  void refused(const sandbox::Connection& connection, const sandbox::Refusal& refusal);
  void ended(const sandbox::Connection& connection, const sandbox::ConnectionEnd& end);
  /// False where no connection was asked about by this ticket.
  bool withdrawn(std::uint64_t ticket) {
    approved_.erase(ticket);
    return pending_.erase(ticket) != 0;
  }

  /// Records the answer: whether it may be made. Nothing where none was asked about by this ticket.
  std::optional<bool> answered(std::uint64_t ticket, Answer answer);

 private:
  struct Pending {
    sandbox::Connection connection;
    policy::Decision decision;
    std::uint64_t generation = 1;  ///< of the state that it was decided under
  };
  sandbox::Ruling rule_on(const sandbox::Connection& connection, std::uint64_t ticket);
  sandbox::Reach reach_of(const sandbox::Connection& connection, std::uint64_t ticket);
  sandbox::Ruling ask(const sandbox::Connection& connection, policy::Decision decision, std::uint64_t ticket);
  [[nodiscard]] bool is_approved(const sandbox::Connection& connection, const policy::Decision& decision,
                                 std::uint64_t ticket) const;
  void deny_unrecorded(const sandbox::Connection& connection, const sys::Error& error);
  sandbox::Ruling deny(const sandbox::Connection& connection, policy::Decision decision,
                       const char* why = "");
  void record(const char* what, const sandbox::Connection& connection, const policy::Decision& decision);
  [[nodiscard]] bool is_denied_by_now(Pending& pending) const;
  [[nodiscard]] policy::Decision decide(policy::NetEvent event) const;

  Setup setup_;
  std::map<std::uint64_t, Pending> pending_;
  std::map<std::uint64_t, std::set<std::string>> approved_;  // rules that a person said yes to, for this one
  std::set<std::string> granted_;                            // for the session: program, host, port and rule
  std::set<std::string> said_no_;                            // the same, and the process
};

}  // namespace shelltool
