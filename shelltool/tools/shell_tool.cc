#include "shelltool/tools/shell_tool.h"

#include <algorithm>
#include <utility>

namespace shelltool {
namespace {

using mcp::Json;

Json annotations_of(const SandboxState& state) {
  const bool changes_nothing =
      state.mode == sandbox::Mode::read_only && state.network == sandbox::Network::none;
  return {{"readOnlyHint", changes_nothing},
          {"destructiveHint", !changes_nothing},
          {"idempotentHint", false},
          {"openWorldHint", state.network != sandbox::Network::none}};
}

}  // namespace

ShellTool::ShellTool(sys::Reactor& reactor, Connection& connection, History& history)
    : reactor_(reactor), connection_(connection), history_(history) {
  connection_.on_forget([this] { turns_.clear(); });
}

mcp::Tool ShellTool::tool(const Plan& plan, const LiveState& state) {
  mcp::Tool tool;
  tool.name = "shell";
  tool.title = "Run a command";
  tool.description =
      "Runs shell text in a sandbox, under the owner's rules. The first line of the result tells how it "
      "ended and what "
      "the sandbox allows; a denial names its rule and what to do instead.";
  tool.parameters = shell_parameters(plan.config.shell.timeout);
  tool.annotations = [&state] { return annotations_of(state.state()); };
  tool.meta = {{"anthropic/alwaysLoad", true}, {"anthropic/maxResultSizeChars", 100'000}};
  tool.run = [this](const mcp::Arguments& arguments, mcp::ToolCall call) { run(arguments, std::move(call)); };
  return tool;
}

void ShellTool::run(const mcp::Arguments& arguments, mcp::ToolCall call) {
  const auto begin = [this, request = read_shell_request(arguments), call]() mutable {
    if (call.is_over()) return;
    try {
      start(std::move(request), call);
    } catch (const std::exception& error) {  // it may be that nobody above answers the call
      call.answer({fmt::format("shell: {}", error.what()), true, nullptr});
    }
  };
  history_.when_command_may_begin(begin);
}

void ShellTool::start(ShellRequest request, mcp::ToolCall call) {
  Session& session = connection_.session();
  session.begin_turn();
  turns_.remove_if([](const ShellTurn& turn) { return turn.is_done(); });
  auto turn = std::find_if(turns_.begin(), turns_.end(),
                           [&](const ShellTurn& waiting) { return waiting.can_take(request); });
  if (turn == turns_.end()) {
    dismiss_spare();
    turn = turns_.emplace(turns_.end(), reactor_, session);
  }
  const History::Turn number = history_.on_turn(request.command);
  turn->on_answered([this, number] {
    history_.on_answered(number);
    wants_spare_ = true;
    reactor_.post([this] { start_spare(); });
  });
  session.supervisor().turns().on_none([this] { start_spare(); });
  try {
    turn->start(std::move(request), std::move(call), connection_.take_notes());
  } catch (...) {
    history_.on_answered(number);
    if (turn->has_started())
      turn->dismiss();
    else
      turns_.erase(turn);
    throw;
  }
}

void ShellTool::dismiss_spare() {
  for (ShellTurn& turn : turns_)
    if (turn.is_waiting()) turn.dismiss();
}

/// A shell is started ahead only where nothing else runs in the sandbox: what an earlier command has left, or
/// another one, could read what it waits on, or write there, and be it.
void ShellTool::start_spare() {
  const auto has_failed = [](const ShellTurn& turn) { return turn.has_failed(); };
  // Once one has failed, the others would, and each is on record.
  Session* const session = connection_.current();
  if (session == nullptr || connection_.is_ending() || std::any_of(turns_.begin(), turns_.end(), has_failed))
    return;
  for (ShellTurn& turn : turns_) {
    if (!turn.is_outdated()) continue;
    turn.dismiss();
    wants_spare_ = true;
  }
  if (session->supervisor().turns().running() > 0 || !std::exchange(wants_spare_, false)) return;
  if (!turns_.emplace_back(reactor_, *session).wait()) turns_.pop_back();
}

}  // namespace shelltool
