#pragma once
/// One call of the `shell` tool on its way: its output, its progress, its answer.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mcp/tools.h"
#include "sandbox/sys/reactor.h"
#include "sandbox/turns.h"
#include "shelltool/session/capture.h"
#include "shelltool/session/session.h"
#include "shelltool/tools/shell_request.h"

namespace shelltool {

class ShellTurn {
 public:
  ShellTurn(sys::Reactor& reactor, Session& session);
  ShellTurn(const ShellTurn&) = delete;
  ShellTurn& operator=(const ShellTurn&) = delete;

  /// Starts a shell that waits for its command: bash takes longer to start than most commands to run. False
  /// where the session's shell or directory is none for it. Throws sys::Error.
  bool wait();
  /// It does, and `request` asks for nothing that it has not got.
  [[nodiscard]] bool can_take(const ShellRequest& request) const;
  [[nodiscard]] bool is_waiting() const { return waits_; }
  /// Rules hold other files since: it may be in a directory that is covered now.
  [[nodiscard]] bool is_outdated() const;
  /// Of a shell that waits: it is not needed.
  void dismiss();
  /// It could not be started: the rules refuse it.
  [[nodiscard]] bool has_failed() const { return has_failed_; }

  /// Runs the command and answers the call, with `notes` in the result. Throws sys::Error when the turn
  /// cannot be started; it is no turn then.
  void start(ShellRequest request, mcp::ToolCall call, std::vector<std::string> notes);
  [[nodiscard]] bool has_started() const { return id_ != 0; }
  /// Answered, and nothing is left that could write to it.
  [[nodiscard]] bool is_done() const { return answered_ && ended_ && capture_.ended(); }
  void on_answered(std::function<void()> callback) { on_answered_ = std::move(callback); }

 private:
  void start_shell();
  void hand_over();
  [[nodiscard]] std::function<void(const sandbox::Outcome&, bool)> ending();
  void on_ended(const sandbox::Outcome& outcome, bool left);
  void record_start();
  void tell_progress();
  void answer(const sandbox::Outcome& outcome, bool left);
  [[nodiscard]] std::vector<std::string> argv() const;
  [[nodiscard]] std::string last_line() const;

  sys::Reactor& reactor_;
  Session& session_;
  Capture capture_;
  ShellRequest request_;
  std::optional<mcp::ToolCall> call_;
  std::string cwd_;
  std::vector<std::string> notes_;
  std::function<void()> on_answered_;
  sandbox::Turns::Id id_ = 0;
  sys::BootClock::time_point started_{};
  sys::Watch progress_;
  sys::Fd script_;                // to the shell that waits
  std::uint64_t generation_ = 1;  // of the state that it began under
  std::uint64_t holds_ = 0;       // the session's, when it began to wait
  bool waits_ = false, has_failed_ = false, answered_ = false, ended_ = false;
  std::shared_ptr<char> alive_ = std::make_shared<char>();  // an end is told later than it is known
};

/// The shell that commands are given to: the configured one, else /bin/sh.
std::string shell_program(const std::string& configured);

}  // namespace shelltool
