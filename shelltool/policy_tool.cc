#include "shelltool/policy_tool.h"

#include <utility>

#include "policy/decision_json.h"
#include "policy/denial.h"
#include "sandbox/sys/text.h"
#include "shelltool/dry_run.h"
#include "shelltool/instructions.h"
#include "shelltool/shell_request.h"

namespace shelltool {
namespace {

using mcp::Json;
using mcp::Parameter;

mcp::ToolResult check(const Plan& plan, const std::string& command) {
  const policy::Check found = dry_run(plan, {}, command);
  const std::string& home = plan.made.identity.account.home;
  const policy::CheckedCommand& decider = found.commands[found.decider];
  mcp::ToolResult result;
  result.text = policy::denial_text(decider.decision, decider.event.images.front().argv, home);
  for (const std::string& sentence : found.unclear) result.text += "\n  cannot tell: " + sentence;
  Json data = policy::decision_json(decider.decision, plan.state());
  data["event"] = policy::event_json(decider.event);
  data["cannot_tell"] = found.unclear;
  result.meta = {{"gatehouse/result", std::move(data)}};
  return result;
}

mcp::ToolResult state(const Plan& plan) {
  mcp::ToolResult result;
  result.text = state_text(plan);
  for (const std::string& note : plan.made.notes) result.text += "\n" + sys::visible(note);
  Json roots = Json::array();
  for (const std::string& root : plan.workspace.roots) roots.push_back(sys::visible(root));
  result.meta = {{"gatehouse/result",
                  {{"mode", sandbox::name_of(plan.made.spec.mode)},
                   {"network", sandbox::name_of(plan.made.spec.network)},
                   {"workspaces", std::move(roots)},
                   {"cwd", sys::visible(plan.made.spec.cwd)}}}};
  return result;
}

void run(const Plan& plan, const mcp::Arguments& arguments, mcp::ToolCall call) {
  if (arguments.get<std::string>("action").value_or("check") == "state") return call.answer(state(plan));
  const auto command = arguments.get<std::string>("command");
  if (!command) throw mcp::ArgumentError("'command' is missing: the command to be checked");
  call.answer(check(plan, *command));
}

}  // namespace

mcp::Tool policy_tool(std::function<Plan()> plan) {
  mcp::Tool tool;
  tool.name = "policy";
  tool.title = "Ask the rules";
  tool.description =
      "Says what the owner's rules would decide about a command, with rule, reason and what to do instead, "
      "without "
      "running anything. Looks into scripts, pipes and wrappers that stand in plain view.";
  tool.parameters = {{"action",
                      Parameter::Type::string,
                      "check (default) or state: what mode and workspace hold.",
                      false,
                      {"check", "state"},
                      {},
                      {}},
                     {"command",
                      Parameter::Type::string,
                      "The shell command to check.",
                      false,
                      {},
                      {{"cmd", {}}},
                      as_shell_text}};
  tool.annotations = [] {
    return Json{{"readOnlyHint", true}, {"idempotentHint", true}, {"openWorldHint", false}};
  };
  tool.meta = {{"anthropic/alwaysLoad", true}};
  tool.run = [plan = std::move(plan)](const mcp::Arguments& arguments, mcp::ToolCall call) {
    run(plan(), arguments, std::move(call));
  };
  return tool;
}

}  // namespace shelltool
