#include "shelltool/tools/policy_tool.h"

#include <utility>

#include "policy/decision_json.h"
#include "policy/denial.h"
#include "sandbox/sys/text.h"
#include "shelltool/session/dry_run.h"
#include "shelltool/tools/instructions.h"
#include "shelltool/tools/shell_request.h"

namespace shelltool {
namespace {

using mcp::Json;
using mcp::Parameter;

/// The decision that decides; with `all`, that on each command which the text starts, and every rule that
/// matched.
std::string check_text(const policy::Check& found, const std::string& home, bool all) {
  std::string text;
  for (std::size_t i = 0; i < found.commands.size(); ++i) {
    if (!all && i != found.decider) continue;
    const policy::CheckedCommand& command = found.commands[i];
    text += policy::denial_text(command.decision, command.event.images.front().argv, home) + "\n";
    if (!all) continue;
    for (const sandbox::Image& image : command.event.images)
      text += fmt::format("  program: {}{}\n", sys::visible(image.file.path),
                          image.file.writable ? " (the sandbox could have written it)" : "");
    for (const policy::Matched& match : command.decision.matched)
      text += fmt::format("  matched: {} ({}), {}\n", match.rule, policy::name_of(match.verdict),
                          sys::visible(config::text_of(match.place)));
  }
  for (const std::string& sentence : found.unclear) text += "  cannot tell: " + sys::visible(sentence) + "\n";
  text.pop_back();
  return text;
}

mcp::ToolResult check(FreshPlan& fresh, const std::string& command, bool all) {
  const policy::RuleSet& rules = fresh.rules();
  const Plan& plan = fresh.plan();
  const policy::Check found = dry_run(plan, rules, {}, command);
  const policy::CheckedCommand& decider = found.commands[found.decider];
  mcp::ToolResult result;
  result.text = check_text(found, plan.made.identity.account.home, all);
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

void run(FreshPlan& plan, const mcp::Arguments& arguments, mcp::ToolCall call) {
  const std::string action = arguments.get<std::string>("action").value_or("check");
  if (action == "state") return call.answer(state(plan.plan()));
  const auto command = arguments.get<std::string>("command");
  if (!command) throw mcp::ArgumentError("'command' is missing: the command to be judged");
  check_command(*command);
  call.answer(check(plan, *command, action == "explain"));
}

}  // namespace

mcp::Tool policy_tool(FreshPlan& plan) {
  mcp::Tool tool;
  tool.name = "policy";
  tool.title = "Ask the rules";
  tool.description =
      "Says what the owner's rules would decide about a command, with rule, reason and what to do instead, "
      "without "
      "running anything. Looks into scripts, pipes and wrappers that stand in plain view.";
  tool.parameters = {
      {"action",
       Parameter::Type::string,
       "check (default), explain (every program, every rule that matches) or state (mode, workspace).",
       false,
       {"check", "explain", "state"},
       {}},
      {"command", Parameter::Type::string, "Shell text.", false, {}, {{"cmd", {}}}, as_shell_text}};
  tool.annotations = [] {
    return Json{{"readOnlyHint", true}, {"idempotentHint", true}, {"openWorldHint", false}};
  };
  tool.meta = {{"anthropic/alwaysLoad", true}};
  tool.run = [&plan](const mcp::Arguments& arguments, mcp::ToolCall call) {
    run(plan, arguments, std::move(call));
  };
  return tool;
}

}  // namespace shelltool
