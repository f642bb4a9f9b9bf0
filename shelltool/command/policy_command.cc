#include "shelltool/command/policy_command.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "config/file.h"
#include "policy/decision_json.h"
#include "policy/denial.h"
#include "policy/trial.h"
#include "sandbox/sys/text.h"

namespace shelltool {
namespace {

using Json = nlohmann::ordered_json;

enum PolicyStatus {
  status_allow = 0,
  status_failed = 1,
  status_wrong = 2,
  status_ask = 10,
  status_deny = 20
};

int status_of(policy::Verdict verdict) {
  switch (verdict) {
    case policy::Verdict::allow:
      return status_allow;
    case policy::Verdict::ask:
      return status_ask;
    case policy::Verdict::deny:
      break;
  }
  return status_deny;
}

void print(const std::string& text) { std::printf("%s\n", text.c_str()); }

const char* words_of(policy::Sight sight) {
  switch (sight) {
    case policy::Sight::text:
      return "in the text";
    case policy::Sight::run:
      return "run";
    case policy::Sight::on_success:
      return "run, if what is before it succeeds";
    case policy::Sight::on_failure:
      return "run, if what is before it fails";
  }
  return "";
}

/// Everything that a script would start, in order.
void print_commands(const RulesAnswer& answer) {
  for (const Judged& judged : answer.judged) {
    std::string by;
    for (const std::string& name : judged.decision.chain)
      by += (by.empty() ? "" : " > ") + sys::visible(name);
    print(fmt::format("  {:5}  {}   (rule {}; {}; {})", policy::name_of(judged.decision.verdict),
                      sys::command_line(judged.words), judged.decision.rule, by, words_of(judged.sight)));
  }
}

Json commands_json(const RulesAnswer& answer, const Plan& plan) {
  Json commands = Json::array();
  for (const Judged& judged : answer.judged) {
    Json command = policy::decision_json(judged.decision, plan.state());
    command["event"] = event_json(judged);
    command["seen"] = words_of(judged.sight);
    commands.push_back(std::move(command));
  }
  return commands;
}

struct TriedFile {
  std::string file;
  policy::Trial trial;
  std::string error;
};

TriedFile try_file(const std::string& file, const policy::Surroundings& here) {
  try {
    return {file, policy::try_rules({{policy::Layer::user, config::read_yaml_file(file)}}, here), ""};
  } catch (const sys::Error& error) {
    return {file, {}, error.what()};
  }
}

void print_text(const TriedFile& tried) {
  const policy::Trial& trial = tried.trial;
  if (!tried.error.empty()) return print(sys::visible(tried.error));
  for (const config::BadInput& failure : trial.failures) print(sys::visible(failure.what()));
  print(fmt::format(
      "{}: {} rules, {} examples, {}", sys::visible(tried.file), trial.rules, trial.examples,
      trial.failures.empty() ? "all as they say" : fmt::format("{} fail", trial.failures.size())));
  if (trial.not_yet > 0)
    print(fmt::format("{}: {} rules are not in force: this version holds no ask on files",
                      sys::visible(tried.file), trial.not_yet));
}

Json json_of(const TriedFile& tried) {
  Json json{{"file", sys::visible(tried.file)}, {"ok", tried.error.empty() && tried.trial.failures.empty()}};
  if (!tried.error.empty()) {
    json["error"] = sys::visible(tried.error);
    return json;
  }
  json["rules"] = tried.trial.rules;
  json["examples"] = tried.trial.examples;
  json["not_in_force"] = tried.trial.not_yet;
  json["failures"] = Json::array();
  for (const config::BadInput& failure : tried.trial.failures)
    json["failures"].push_back(sys::visible(failure.what()));
  return json;
}

}  // namespace

int run_check(const CheckOptions& options) {
  const Plan plan = plan_for(options.question, options.common, options.command);
  const RulesAnswer answer = ask(options.question, plan, rules_of(plan));
  const Judged& decider = answer.judged[answer.decider];
  const bool is_script = !options.question.script.empty();
  if (options.json) {
    Json json = policy::decision_json(decider.decision, plan.state());
    json["event"] = event_json(decider);
    json["cannot_tell"] = answer.unclear;
    if (is_script) json["commands"] = commands_json(answer, plan);
    print(policy::json_text(json, 2));
  } else {
    print(policy::denial_text(decider.decision, decider.words, plan.made.identity.account.home));
    if (is_script) print_commands(answer);
    for (const std::string& sentence : answer.unclear) print("  cannot tell: " + sentence);
  }
  return status_of(decider.decision.verdict);
}

int run_test(const TestOptions& options) {
  const policy::Surroundings here = surroundings_here();
  Json files = Json::array();
  int status = status_allow;
  for (const std::string& file : options.files) {
    const TriedFile tried = try_file(file, here);
    if (!tried.error.empty()) {
      status = status_wrong;
    } else if (!tried.trial.failures.empty()) {
      status = std::max<int>(status, status_failed);
    }
    if (options.json) {
      files.push_back(json_of(tried));
    } else {
      print_text(tried);
    }
  }
  if (options.json) print(policy::json_text({{"ok", status == status_allow}, {"files", files}}, 2));
  return status;
}

}  // namespace shelltool
