#pragma once
/// A real session of turns for one test: its supervisor, a judge that denies what says "forbidden", and what
/// became of each turn.

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/supervisor.h"
#include "sandbox/sys/reactor.h"
#include "tests/sandbox/launcher_harness.h"

namespace launcher_test {

struct TurnEnd {
  sandbox::Outcome outcome;
  bool left = false;
  std::string output;  ///< standard output and error
};

class Scene : private sandbox::Judge {
 public:
  using Id = sandbox::Turns::Id;
  explicit Scene(sandbox::Spec spec);

  /// By /bin/sh in the workspace.
  Id start(const std::string& script);
  Id start(const sandbox::TurnProgram& program, const std::vector<int>& more_descriptors = {});
  /// Fails the test when it has not ended after five seconds.
  TurnEnd wait(Id turn);
  TurnEnd run(const std::string& script) { return wait(start(script)); }
  /// Serves the sandbox meanwhile; false after five seconds.
  bool until(const std::function<bool()>& condition);

  [[nodiscard]] sandbox::Supervisor& supervisor() { return *supervisor_; }
  [[nodiscard]] sandbox::Turns& turns() { return supervisor_->turns(); }
  sys::Channel start_worker() { return supervisor_->start_worker(); }
  [[nodiscard]] sandbox::Tier tier() const { return supervisor_->tier(); }
  [[nodiscard]] const std::string& workspace() const { return spec_.cwd; }
  [[nodiscard]] bool has_ended(Id turn) const { return ends_.contains(turn); }
  [[nodiscard]] bool is_over() const { return session_end_.has_value(); }  ///< Handlers::ended
  /// Words of denied programs, by turn.
  [[nodiscard]] const std::multimap<Id, std::string>& denied() const { return denied_; }

 private:
  sandbox::Ruling judge(const sandbox::ExecEvent& event, sandbox::Occasion, std::uint64_t) override;
  void refused(const sandbox::ExecEvent& event, const sandbox::Refusal&) override;
  void withdrawn(std::uint64_t) override {}

  sandbox::Spec spec_;
  sys::Reactor reactor_;
  std::map<Id, TurnEnd> ends_;
  std::multimap<Id, std::string> denied_;
  std::optional<sandbox::Outcome> session_end_;
  std::unique_ptr<sandbox::Supervisor> supervisor_;
};

/// Of a session, in a fresh workspace.
sandbox::Spec session_spec();

}  // namespace launcher_test
