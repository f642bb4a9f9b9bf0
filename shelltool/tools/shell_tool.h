#pragma once
/// The `shell` tool: one sandbox per connection, made at the first call and kept; each call is a turn in it.

#include <functional>
#include <list>
#include <memory>
#include <string>

#include "mcp/tools.h"
#include "shelltool/session/session.h"
#include "shelltool/setup/plan.h"
#include "shelltool/tools/shell_turn.h"

namespace shelltool {

class ShellTool {
 public:
  /// `plan` is asked when a sandbox is made, and told whether it is to be a guest's. `audit`: --audit.
  ShellTool(sys::Reactor& reactor, std::function<Plan(bool is_guest)> plan, std::string audit);
  ShellTool(const ShellTool&) = delete;
  ShellTool& operator=(const ShellTool&) = delete;
  ~ShellTool();

  /// Outlived by this.
  [[nodiscard]] mcp::Tool tool(const Plan& plan);
  /// The plan of the sandbox that there is; none before the first call.
  [[nodiscard]] const Plan* plan() const { return session_ ? &session_->plan() : nullptr; }
  /// Ends everything that runs and takes back what it left. Runs the reactor.
  void end();

 private:
  void run(const mcp::Arguments& arguments, mcp::ToolCall call);
  Session& session();
  void forget_session();
  void start_spares();

  sys::Reactor& reactor_;
  std::function<Plan(bool)> make_plan_;
  std::string audit_;
  std::optional<Outer> outer_ = Outer::find();
  std::unique_ptr<Session> session_;
  bool has_told_notes_ = false, is_ending_ = false;
  std::list<ShellTurn> turns_;  // waiting for a command, running, or answered with something left
};

}  // namespace shelltool
