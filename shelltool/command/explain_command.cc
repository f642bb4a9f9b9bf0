#include "shelltool/command/explain_command.h"

#include <fmt/core.h>

#include "policy/decision_json.h"
#include "sandbox/sys/text.h"

namespace shelltool {
namespace {

void print_json(const RulesAnswer& answer, const Plan& plan, const policy::RuleSet& rules, bool all) {
  nlohmann::ordered_json events = nlohmann::ordered_json::array();
  for (const Judged& judged : answer.judged)
    events.push_back(policy::explanation_json(explain(judged, plan, rules), plan.state(), all));
  const nlohmann::ordered_json json{
      {"events", std::move(events)}, {"decider", answer.decider}, {"cannot_tell", answer.unclear}};
  fmt::print("{}\n", policy::json_text(json, 2));
}

void print_text(const RulesAnswer& answer, const Plan& plan, const policy::RuleSet& rules, bool all) {
  for (const Judged& judged : answer.judged)
    fmt::print("{}",
               policy::explanation_text(explain(judged, plan, rules), plan.made.identity.account.home, all));
  for (const std::string& sentence : answer.unclear) fmt::print("cannot tell: {}\n", sys::visible(sentence));
}

}  // namespace

int run_explain(const ExplainOptions& options) {
  const Plan plan = plan_for(options.question, options.common, options.command);
  const policy::RuleSet rules = rules_of(plan);
  const RulesAnswer answer = ask(options.question, plan, rules);
  (options.json ? print_json : print_text)(answer, plan, rules, options.all);
  return 0;
}

}  // namespace shelltool
