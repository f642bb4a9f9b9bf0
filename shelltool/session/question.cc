#include "shelltool/session/question.h"

#include <utility>

#include "policy/decision_json.h"
#include "policy/rule_set.h"
#include "sandbox/sys/error.h"
#include "shelltool/session/dry_run.h"

namespace shelltool {
namespace {

void check_subject(const RulesQuestion& question) {
  const bool has_command = !question.argv.empty() || !question.script.empty();
  const int subjects = (question.read ? 1 : 0) + (question.write ? 1 : 0) + (question.net ? 1 : 0) +
                       (has_command && !question.net ? 1 : 0);
  if (subjects != 1 || (!question.argv.empty() && !question.script.empty()))
    throw sys::Error(
        sys::Kind::invalid,
        "checking: give one of a command behind --, --script TEXT, --read PATH, --write PATH and "
        "--net HOST:PORT, the last also with the command that connects");
}

RulesAnswer ask_command(const RulesQuestion& question, const Plan& plan, const policy::RuleSet& rules) {
  policy::Check found = question.runs_script && question.argv.empty()
                            ? dry_run_script(plan, rules, question.script)
                            : dry_run(plan, rules, question.argv, question.script);
  RulesAnswer answer{{}, found.decider, std::move(found.unclear)};
  for (policy::CheckedCommand& command : found.commands) {
    std::vector<std::string> words = command.event.images.front().argv;
    answer.judged.push_back(
        {std::move(command.event), std::move(words), std::move(command.decision), command.sight});
  }
  return answer;
}

RulesAnswer ask_file(policy::EventKind kind, const std::string& path, const Plan& plan,
                     const policy::RuleSet& rules) {
  const std::string& home = plan.made.identity.account.home;
  policy::FileEvent event =
      policy::file_event(kind, path, plan.made.spec.cwd, home, policy::Resolve::on_disk);
  RulesAnswer answer;
  if (!event.file.real) answer.unclear.push_back("where this path leads; judged by its name");
  std::vector<std::string> words = policy::words_of(event);
  policy::Decision decision = rules.decide(event, plan.state());
  answer.judged.push_back({std::move(event), std::move(words), std::move(decision)});
  return answer;
}

/// The command, by itself, is what connects; of shell text its first one.
RulesAnswer ask_net(const RulesQuestion& question, const Plan& plan, const policy::RuleSet& rules) {
  policy::NetEvent event = policy::net_event(*question.net);
  RulesAnswer answer;
  if (!question.argv.empty() || !question.script.empty()) {
    policy::Check found = dry_run(plan, rules, question.argv, question.script);
    event.process = std::make_shared<sandbox::ExecEvent>(std::move(found.commands.front().event));
    answer.unclear = std::move(found.unclear);
  }
  for (std::string& unknown : rules.unknowns_of(event))
    answer.unclear.push_back(std::move(unknown) + "; rules on net look at it");
  std::vector<std::string> words = policy::words_of(event);
  policy::Decision decision = rules.decide(event, plan.state());
  answer.judged.push_back({std::move(event), std::move(words), std::move(decision)});
  return answer;
}

}  // namespace

nlohmann::ordered_json event_json(const Judged& judged) {
  return std::visit([](const auto& event) { return policy::event_json(event); }, judged.event);
}

Plan plan_for(const RulesQuestion& question, const CommonOptions& common, const CommandOptions& command) {
  check_subject(question);
  std::vector<std::string> argv = question.argv;
  if (!question.script.empty()) argv = {"sh", "-c", question.script};
  return make_plan(common, command, std::move(argv));
}

RulesAnswer ask(const RulesQuestion& question, const Plan& plan, const policy::RuleSet& rules) {
  if (question.read) return ask_file(policy::EventKind::read, *question.read, plan, rules);
  if (question.write) return ask_file(policy::EventKind::write, *question.write, plan, rules);
  return question.net ? ask_net(question, plan, rules) : ask_command(question, plan, rules);
}

policy::Explanation explain(const Judged& judged, const Plan& plan, const policy::RuleSet& rules) {
  policy::Explanation explanation{judged.words, event_json(judged), judged.decision, {}};
  explanation.rules =
      std::visit([&](const auto& event) { return rules.explain(event, plan.state()); }, judged.event);
  return explanation;
}

}  // namespace shelltool
