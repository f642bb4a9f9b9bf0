#pragma once
/// One call of the `shell` tool on its way: its output, its progress, its answer.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mcp/tools.h"
#include "sandbox/sys/reactor.h"
#include "sandbox/turns.h"
#include "shelltool/capture.h"
#include "shelltool/session.h"
#include "shelltool/shell_request.h"

namespace shelltool {

class ShellTurn {
 public:
  ShellTurn(sys::Reactor& reactor, Session& session, ShellRequest request, mcp::ToolCall call);
  ShellTurn(const ShellTurn&) = delete;
  ShellTurn& operator=(const ShellTurn&) = delete;

  /// `notes` go into the result. Throws sys::Error when the turn cannot be started; it is no turn then.
  void start(std::vector<std::string> notes);
  /// Answered, and nothing is left that could write to it.
  [[nodiscard]] bool is_done() const { return answered_ && capture_.ended(); }
  [[nodiscard]] bool is_answered() const { return answered_; }

 private:
  [[nodiscard]] std::vector<std::string> argv() const;
  [[nodiscard]] sandbox::TurnProgram program() const;
  void record_start();
  void tell_progress();
  void answer(const sandbox::Outcome& outcome, bool left);
  [[nodiscard]] std::string last_line() const;

  sys::Reactor& reactor_;
  Session& session_;
  ShellRequest request_;
  mcp::ToolCall call_;
  std::string cwd_;
  Capture capture_;
  std::vector<std::string> notes_;
  sandbox::Turns::Id id_ = 0;
  sys::BootClock::time_point started_{};
  sys::Watch progress_;
  bool answered_ = false;
};

/// The shell that commands are given to: the configured one, else /bin/sh.
std::string shell_program(const std::string& configured);

}  // namespace shelltool
