#include "shelltool/command/policy_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "policy/decision_json.h"
#include "policy/denial.h"
#include "policy/trial.h"
#include "sandbox/sys/text.h"
#include "shelltool/command/import_command.h"
#include "shelltool/command/trust_command.h"
#include "shelltool/session/dry_run.h"

namespace shelltool {

struct PolicyOptions {
  TrustOptions trust;
  ImportOptions import;
  CommonOptions common;
  CommandOptions command;
  std::string script;
  std::optional<std::string> read, write, net;
  std::vector<std::string> argv;
  std::vector<std::string> files;
  bool json = false;
};

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

/// What was asked, and what the rules say to it.
struct Answer {
  policy::Decision decision;
  std::vector<std::string> words;
  Json event;
  std::vector<std::string> unclear;
};

Answer ask_command(const PolicyOptions& options, const Plan& plan, const policy::RuleSet& rules) {
  policy::Check found = dry_run(plan, rules, options.argv, options.script);
  policy::CheckedCommand& decider = found.commands[found.decider];
  return {std::move(decider.decision), decider.event.images.front().argv, policy::event_json(decider.event),
          std::move(found.unclear)};
}

Answer ask_file(policy::EventKind kind, const std::string& path, const Plan& plan,
                const policy::RuleSet& rules) {
  const std::string& home = plan.made.identity.account.home;
  const policy::FileEvent event =
      policy::file_event(kind, path, plan.made.spec.cwd, home, policy::Resolve::on_disk);
  Answer answer{rules.decide(event, plan.state()), policy::words_of(event), policy::event_json(event), {}};
  if (!event.file.real) answer.unclear.push_back("where this path leads; judged by its name");
  return answer;
}

/// The command behind --, by itself, is what connects.
Answer ask_net(const PolicyOptions& options, const Plan& plan, const policy::RuleSet& rules) {
  policy::NetEvent event = policy::net_event(*options.net);
  std::vector<std::string> unclear;
  if (!options.argv.empty()) {
    policy::Check found = dry_run(plan, rules, options.argv, "");
    event.process = std::make_shared<sandbox::ExecEvent>(std::move(found.commands.front().event));
    unclear = std::move(found.unclear);
  }
  for (std::string& unknown : rules.unknowns_of(event))
    unclear.push_back(std::move(unknown) + "; rules on net look at it");
  return {rules.decide(event, plan.state()), policy::words_of(event), policy::event_json(event),
          std::move(unclear)};
}

Answer ask(const PolicyOptions& options, const Plan& plan) {
  const policy::RuleSet rules = rules_of(plan);
  if (options.read) return ask_file(policy::EventKind::read, *options.read, plan, rules);
  if (options.write) return ask_file(policy::EventKind::write, *options.write, plan, rules);
  return options.net ? ask_net(options, plan, rules) : ask_command(options, plan, rules);
}

void check_subject(const PolicyOptions& options) {
  const int subjects = (options.read ? 1 : 0) + (options.write ? 1 : 0) + (options.net ? 1 : 0) +
                       (options.script.empty() ? 0 : 1) + (options.argv.empty() || options.net ? 0 : 1);
  if (subjects != 1)
    throw sys::Error(
        sys::Kind::invalid,
        "checking: give one of a command behind --, --script TEXT, --read PATH, --write PATH and "
        "--net HOST:PORT, the last also with the command that connects");
}

int run_check(const PolicyOptions& options) {
  check_subject(options);
  std::vector<std::string> argv = options.argv;
  if (!options.script.empty()) argv = {"sh", "-c", options.script};
  const Plan plan = make_plan(options.common, options.command, std::move(argv));
  const Answer answer = ask(options, plan);
  if (options.json) {
    Json json = policy::decision_json(answer.decision, plan.state());
    json["event"] = answer.event;
    json["cannot_tell"] = answer.unclear;
    print(policy::json_text(json, 2));
  } else {
    print(policy::denial_text(answer.decision, answer.words, plan.made.identity.account.home));
    for (const std::string& sentence : answer.unclear) print("  cannot tell: " + sentence);
  }
  return status_of(answer.decision.verdict);
}

/// As the rules would be read here: the current directory is the workspace.
policy::Surroundings surroundings() {
  const Caller caller = this_process();
  const std::string cwd = std::filesystem::current_path().string();
  policy::Surroundings here{home_of(caller), choose_workspace({}, cwd, caller).roots, {}};
  const std::string path = value_of(caller.variables, "PATH");
  for (std::string_view rest = path; !rest.empty();) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    if (end > 0) here.search_path.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return here;
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
    print(fmt::format("{}: {} rules are not in force: this version holds no ask on files, and nothing on net",
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

int run_test(const PolicyOptions& options) {
  const policy::Surroundings here = surroundings();
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

}  // namespace

std::shared_ptr<PolicyOptions> add_policy_commands(CLI::App& policy, std::function<int()>& action) {
  auto options = std::make_shared<PolicyOptions>();
  PolicyOptions* const given = options.get();
  CLI::App* check =
      policy.add_subcommand("check", "what the rules say about a command, a file or a connection");
  add_options(*check, options->common);
  add_options(*check, options->command);
  check->add_flag("--json", options->json, "print the decision as JSON");
  CLI::Option* script = check->add_option("--script", options->script, "shell text, in place of a command");
  script->type_name("TEXT");
  check->add_option("--read", options->read, "a file that is read, in place of a command")->type_name("PATH");
  check->add_option("--write", options->write, "a file that is written, in place of a command")
      ->type_name("PATH");
  check->add_option("--net", options->net, "a connection; the command behind -- makes it")
      ->type_name("HOST:PORT");
  check->add_option("command", options->argv, "the command, behind --")
      ->type_name("COMMAND [ARG…]")
      ->excludes(script);
  check->positionals_at_end();
  check->callback([given, &action] { action = [given] { return run_check(*given); }; });
  CLI::App* test = policy.add_subcommand("test", "read rules files and run their examples");
  test->add_flag("--json", options->json, "print the results as JSON");
  test->add_option("files", options->files, "rules files")->required()->type_name("FILE…");
  test->callback([given, &action] { action = [given] { return run_test(*given); }; });
  CLI::App* trust = policy.add_subcommand("trust", "let the rules that a project brings along count");
  add_options(*trust, options->trust.common);
  trust->add_flag("--yes", options->trust.yes, "do not ask");
  trust->add_flag("--remove", options->trust.remove, "let them not count any more");
  trust->callback([given, &action] { action = [given] { return run_trust(given->trust); }; });
  CLI::App* import =
      policy.add_subcommand("import", "make a rules file of the rules of Claude Code or Codex");
  import->add_option("source", options->import.source, "whose rules they are: claude or codex")
      ->required()
      ->type_name("claude|codex")
      ->check(CLI::IsMember({"claude", "codex"}).description(""));
  import->add_option("file", options->import.file, "settings.json, or a .rules file")
      ->required()
      ->type_name("FILE");
  import->footer(
      "The rules file goes to standard output; standard error says of each rule where it stood, and whether "
      "it is\n"
      "exact, decides more (widened) or less (narrowed), or was dropped, and why.\n"
      "Exit status: 0 done, 1 done and something was dropped, 2 FILE cannot be read and nothing was "
      "written.");
  import->callback([given, &action] { action = [given] { return run_import(given->import, surroundings());
};
}  // namespace shelltool
);
return options;
}

}  // namespace shelltool
