#include "shelltool/tools/policy_tool.h"

#include <utility>

#include "policy/decision_json.h"
#include "policy/denial.h"
#include "sandbox/sys/text.h"
#include "shelltool/session/question.h"
#include "shelltool/state/state_json.h"
#include "shelltool/tools/instructions.h"
#include "shelltool/tools/plain_text.h"
#include "shelltool/tools/sandbox_refusals.h"
#include "shelltool/tools/shell_request.h"

namespace shelltool {
namespace {

using mcp::Json;
using mcp::Parameter;

std::string unclear_text(const RulesAnswer& answer) {
  std::string text;
  for (const std::string& sentence : answer.unclear) text += "\n  cannot tell: " + sys::visible(sentence);
  return text;
}

/// What the sandbox refuses whatever the rules say: of a command nobody knows it before it runs.
std::optional<std::string> obstacle_of(const Judged& judged, const Plan& plan) {
  if (std::holds_alternative<policy::NetEvent>(judged.event) &&
      plan.state().network == sandbox::Network::none)
    return no_network;
  const auto* event = std::get_if<policy::FileEvent>(&judged.event);
  if (event == nullptr) return std::nullopt;
  sandbox::Spec spec = plan.made.spec;
  spec.mode = plan.state().mode;
  spec.writable = plan.roots();
  const Confinement confinement{spec, plan.state().tier, plan.made.identity.account.home, spec.cwd};
  const std::string& path = event->file.real ? *event->file.real : event->file.plain;
  return event->kind == policy::EventKind::write ? obstacle_to_writing(path, confinement)
                                                 : obstacle_to_reading(path, confinement);
}

mcp::ToolResult check(const RulesAnswer& answer, const Plan& plan) {
  const Judged& decider = answer.judged[answer.decider];
  mcp::ToolResult result;
  result.text = policy::denial_text(decider.decision, decider.words, plan.made.identity.account.home) +
                unclear_text(answer);
  Json data = policy::decision_json(decider.decision, plan.state());
  if (const auto obstacle = obstacle_of(decider, plan)) {
    result.text += "\nsandbox: " + *obstacle;
    data["sandbox_refuses"] = *obstacle;
  }
  data["event"] = event_json(decider);
  data["cannot_tell"] = answer.unclear;
  result.meta = {{"gatehouse/result", std::move(data)}};
  return result;
}

/// Of a long script the beginning, and the command that decides.
mcp::ToolResult explain(const RulesAnswer& answer, const Plan& plan, const policy::RuleSet& rules) {
  constexpr std::size_t most_commands = 8;
  mcp::ToolResult result;
  Json events = Json::array();
  for (std::size_t i = 0; i < answer.judged.size(); ++i) {
    if (i >= most_commands && i != answer.decider) continue;
    const policy::Explanation explanation = shelltool::explain(answer.judged[i], plan, rules);
    result.text += policy::explanation_text(explanation, plan.made.identity.account.home, false);
    events.push_back(policy::explanation_json(explanation, plan.state(), false));
  }
  if (answer.judged.size() > events.size())
    result.text += fmt::format("{} more commands, none judged more strictly, are not shown\n",
                               answer.judged.size() - events.size());
  result.text.pop_back();
  result.text += unclear_text(answer);
  result.meta = {{"gatehouse/result", {{"events", std::move(events)}, {"cannot_tell", answer.unclear}}}};
  return result;
}

mcp::ToolResult state(const Plan& plan) {
  mcp::ToolResult result;
  result.text = state_text(plan);
  for (const std::string& note : plan.made.notes) result.text += "\n" + sys::visible(note);
  const policy::State state = plan.state();
  result.meta = {{"gatehouse/result",
                  {{"mode", sandbox::name_of(state.mode)},
                   {"network", sandbox::name_of(state.network)},
                   {"generation", state.generation},
                   {"workspaces", json_of(plan.roots())},
                   {"cwd", sys::visible(plan.made.spec.cwd)}}}};
  return result;
}

/// The answer to `state`, which is asked often and changes rarely.
class StateAnswer {
 public:
  const std::string& of(FreshPlan& fresh) {
    const Plan& plan = fresh.recent_plan();
    if (std::exchange(generation_, fresh.generation()) != fresh.generation())
      text_ = mcp::text_of(state(plan));
    return text_;
  }

 private:
  std::uint64_t generation_ = 0;
  std::string text_;
};

RulesQuestion question_in(const mcp::Arguments& arguments) {
  RulesQuestion question;
  question.read = arguments.get<std::string>("read");
  question.write = arguments.get<std::string>("write");
  question.net = arguments.get<std::string>("connect");
  const auto command = arguments.get<std::string>("command");
  const int subjects = (question.read ? 1 : 0) + (question.write ? 1 : 0) + (question.net ? 1 : 0);
  if (subjects == 0 && !command)
    throw mcp::ArgumentError(
        "'command' is missing: the command to be judged, or 'read', 'write' or 'connect'");
  if (subjects > 1 || (command && subjects == 1 && !question.net))
    throw mcp::ArgumentError(
        "ask about one thing: 'command', 'read', 'write' or 'connect', the last also with the command that "
        "connects");
  if (command) check_command(*command);
  question.script = command.value_or("");
  return question;
}

void run(FreshPlan& fresh, StateAnswer& state, const mcp::Arguments& arguments, mcp::ToolCall call) {
  const std::string action = arguments.get<std::string>("action").value_or("check");
  if (action == "state") return call.answer_text(state.of(fresh));
  const RulesQuestion question = question_in(arguments);
  const policy::RuleSet& rules = fresh.rules();
  const Plan& plan = fresh.plan();
  const RulesAnswer answer = ask(question, plan, rules);
  mcp::ToolResult result = action == "explain" ? explain(answer, plan, rules) : check(answer, plan);
  result.text = bounded_text(std::move(result.text));
  call.answer(result);
}

}  // namespace

mcp::Tool policy_tool(FreshPlan& plan) {
  mcp::Tool tool;
  tool.name = "policy";
  tool.title = "Ask the rules";
  tool.description =
      "Says what the owner's rules would decide about a command, a file or a connection, with rule, reason "
      "and "
      "what to do instead, without running anything. Looks into scripts, pipes and wrappers that stand in "
      "plain view.";
  tool.parameters = {
      {"action",
       Parameter::Type::string,
       "check (default), explain (every rule, and why it does not match) or state (mode, workspace).",
       false,
       {"check", "explain", "state"},
       {}},
      {"command", Parameter::Type::string, "Shell text.", false, {}, {{"cmd", {}}}, as_shell_text},
      {"read", Parameter::Type::string, "A path, instead of a command.", false, {}, {}},
      {"write", Parameter::Type::string, "A path.", false, {}, {}},
      {"connect", Parameter::Type::string, "HOST:PORT; `command` may say who connects.", false, {}, {}}};
  tool.annotations = [] {
    return Json{{"readOnlyHint", true}, {"idempotentHint", true}, {"openWorldHint", false}};
  };
  tool.meta = {{"anthropic/alwaysLoad", true}};
  tool.run = [&plan, state = StateAnswer()](const mcp::Arguments& arguments, mcp::ToolCall call) mutable {
    run(plan, state, arguments, std::move(call));
  };
  return tool;
}

}  // namespace shelltool
