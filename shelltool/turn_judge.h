#pragma once
/// Judges the execs of one turn: asks the rules, keeps the record, and asks a person where the rules say so.

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "policy/audit.h"
#include "policy/decision.h"
#include "policy/rule_set.h"
#include "sandbox/gate/judge.h"

namespace shelltool {

/// Whom `ask` reaches.
enum class Approval {
  on_request,  ///< a person, when a rule says ask
  untrusted,   ///< and for every command of the agent that no rule has decided
  never,       ///< nobody: ask is deny
};

enum class Answer { no, once, session };

/// A program that was refused, and why.
struct Denial {
  policy::Decision decision;
  std::vector<std::string> argv;
  std::uint64_t times = 1;
};

struct Question {
  std::uint64_t ticket = 0;
  policy::Decision decision;
  std::vector<std::string> argv;
  std::string cwd;
};

class TurnJudge : public sandbox::Judge {
 public:
  struct Setup {
    const policy::RuleSet& rules;
    policy::Audit& audit;
    policy::State state;
    Approval approval = Approval::on_request;
    bool redact = true;
    std::function<void(const Denial&)> denied;    ///< at the first of equal ones
    std::function<void(Question)> ask;            ///< empty: there is nobody to ask
    std::function<void(std::uint64_t)> withdraw;  ///< the question needs no answer any more
  };
  explicit TurnJudge(Setup setup) : setup_(std::move(setup)) {}

  sandbox::Ruling judge(const sandbox::ExecEvent& event, sandbox::Occasion occasion,
                        std::uint64_t ticket) override;
  void refused(const sandbox::ExecEvent& event, const sandbox::Refusal& refusal) override;
  void withdrawn(std::uint64_t ticket) override;

  /// Records the answer; true when the program may run. The caller tells the gate.
  bool answered(std::uint64_t ticket, Answer answer);
  void set_tier(sandbox::Tier tier) { setup_.state.tier = tier; }

  [[nodiscard]] const std::vector<Denial>& denials() const { return denials_; }
  [[nodiscard]] const policy::State& state() const { return setup_.state; }

 private:
  struct Pending {
    sandbox::ExecEvent event;
    policy::Decision decision;
  };
  [[nodiscard]] policy::Decision decide(const sandbox::ExecEvent& event) const;
  sandbox::Ruling deny(const sandbox::ExecEvent& event, const policy::Decision& decision);
  void record(const char* what, const sandbox::ExecEvent& event, const policy::Decision& decision);

  Setup setup_;
  std::map<std::uint64_t, Pending> pending_;
  std::set<std::string> granted_;  // for the session: exactly what was shown
  std::vector<Denial> denials_;
  std::map<std::string, std::size_t> denial_index_;
};

}  // namespace shelltool
