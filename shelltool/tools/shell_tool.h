#pragma once
/// The `shell` tool: each call is a turn in the connection's sandbox.

#include <list>

#include "mcp/tools.h"
#include "shelltool/history/history.h"
#include "shelltool/session/connection.h"
#include "shelltool/tools/shell_turn.h"

namespace shelltool {

class ShellTool {
 public:
  ShellTool(sys::Reactor& reactor, Connection& connection, History& history);
  ShellTool(const ShellTool&) = delete;
  ShellTool& operator=(const ShellTool&) = delete;

  /// Outlived by this.
  [[nodiscard]] mcp::Tool tool(const Plan& plan, const LiveState& state);

 private:
  void run(const mcp::Arguments& arguments, mcp::ToolCall call);
  void start(ShellRequest request, mcp::ToolCall call);
  void start_spare();
  void dismiss_spare();

  sys::Reactor& reactor_;
  Connection& connection_;
  History& history_;
  std::list<ShellTurn> turns_;  // waiting for a command, running, or answered with something left
  bool wants_spare_ = false;    // since the last one was started a call has been answered
};

}  // namespace shelltool
