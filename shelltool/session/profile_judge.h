#pragma once
/// Judges in the sandbox of a program that was moved there: that it is the one that was judged, and what it
/// starts by the rules of the session.

#include <functional>
#include <optional>
#include <string>

#include "sandbox/gate/judge.h"
#include "shelltool/session/turn_judge.h"

namespace shelltool {

class ProfileJudge : public sandbox::Judge {
 public:
  /// `moved` is the program as it was judged. `session` outlives this.
  ProfileJudge(TurnJudge& session, TurnJudge::Place place, sandbox::ExecEvent moved);

  bool reads_environment() override;
  sandbox::Ruling judge(const sandbox::ExecEvent& event, sandbox::Occasion occasion,
                        std::uint64_t ticket) override;
  bool record_allowed(const sandbox::ExecEvent& event) override;
  std::optional<std::string> place_of(std::uint64_t ticket) override;
  void refused(const sandbox::ExecEvent& event, const sandbox::Refusal& refusal) override;
  void withdrawn(std::uint64_t ticket) override;
  sandbox::Ruling judge_connection(const sandbox::Connection& connection, std::uint64_t ticket) override;
  sandbox::Reach reachable(const sandbox::Connection& connection, std::uint64_t ticket) override;
  void connection_refused(const sandbox::Connection& connection, const sandbox::Refusal& refusal) override;
  void connection_ended(const sandbox::Connection& connection, const sandbox::ConnectionEnd& end) override;

 private:
  [[nodiscard]] sandbox::Connection here(sandbox::Connection connection) const;

  TurnJudge& session_;
  TurnJudge::Place place_;
  sandbox::ExecEvent moved_;
  bool has_started_ = false;
};

/// The same files, by the same words.
bool is_same_program(const sandbox::ExecEvent& one, const sandbox::ExecEvent& other);

}  // namespace shelltool
