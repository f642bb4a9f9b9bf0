#include "shelltool/command/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "config/text.h"
#include "sandbox/sys/error.h"
#include "shelltool/command/command_line_error.h"
#include "shelltool/command/doctor_command.h"
#include "shelltool/command/exec_command.h"
#include "shelltool/command/explain_command.h"
#include "shelltool/command/import_command.h"
#include "shelltool/command/init_command.h"
#include "shelltool/command/lint_command.h"
#include "shelltool/command/policy_command.h"
#include "shelltool/command/register_command.h"
#include "shelltool/command/schema_command.h"
#include "shelltool/command/serve_command.h"
#include "shelltool/command/show_command.h"
#include "shelltool/command/state_command.h"
#include "shelltool/command/trust_command.h"
#include "shelltool/hosts/agent_host.h"
#include "shelltool/setup/environment.h"

namespace shelltool {
namespace {

constexpr pid_t most_processes = 1 << 22;  // PID_MAX_LIMIT of 64 bits, linux/threads.h

template <class Value>
using Words = std::vector<std::pair<std::string, Value>>;

template <class Value>
void add_word(CLI::App& app, const std::string& name, std::optional<Value>& field, const std::string& help,
              const Words<Value>& words) {
  std::vector<std::string> known;
  for (const auto& word : words) known.push_back(word.first);
  const auto parse = [&field, name, words, known](const std::string& text) {
    const auto found = std::find(known.begin(), known.end(), text);
    if (found == known.end()) {
      const std::string near = config::nearest(text, known);
      throw CLI::ValidationError(
          name, fmt::format("unknown word {}; {}", config::shown(text),
                            near.empty() ? fmt::format("known are {}", fmt::join(known, ", "))
                                         : fmt::format("did you mean '{}'?", near)));
    }
    field = words[static_cast<std::size_t>(found - known.begin())].second;
  };
  app.add_option_function<std::string>(name, parse, help)
      ->type_name(fmt::format("{}", fmt::join(known, "|")));
}

void add_workspace_option(CLI::App& app, CommonOptions& options) {
  app.add_option("--workspace", options.workspaces, "a directory that may be written; repeatable")
      ->type_name("DIR")
      ->allow_extra_args(false);
}

void add_state_options(CLI::App& app, CommonOptions& options) {
  using config::Mode;
  using config::NetworkMode;
  add_word<Mode>(app, "--mode", options.mode, "what may be written",
                 {{"read-only", Mode::read_only},
                  {"workspace-write", Mode::workspace_write},
                  {"danger-full-access", Mode::danger_full_access}});
  add_word<NetworkMode>(
      app, "--network", options.network, "what can be reached",
      {{"none", NetworkMode::none}, {"allowlist", NetworkMode::allowlist}, {"full", NetworkMode::full}});
}

/// What the rules are asked about, and the command behind --.
void add_question(CLI::App& app, RulesQuestion& question) {
  question.runs_script = true;
  CLI::Option* script =
      app.add_option("--script", question.script, "shell text, run dry, in place of a command");
  script->type_name("TEXT");
  app.add_option("--read", question.read, "a file that is read, in place of a command")->type_name("PATH");
  app.add_option("--write", question.write, "a file that is written, in place of a command")
      ->type_name("PATH");
  app.add_option("--net", question.net, "a connection; the command behind -- makes it")
      ->type_name("HOST:PORT");
  app.add_option("command", question.argv, "the command, behind --")
      ->type_name("COMMAND [ARG…]")
      ->excludes(script);
  app.positionals_at_end();
}

/// A command's options, which live as long as `app` and the action that its parsing sets.
template <class Options>
Options& options_for(CLI::App& app, Action& action, std::function<int(const Options&)> run) {
  const auto options = std::make_shared<Options>();
  app.callback([options, run, &action] { action = [options, run] { return run(*options); }; });
  return *options;
}

void add_timeout(CLI::App& app, std::chrono::milliseconds& timeout) {
  const auto parse = [&timeout](double seconds) {
    if (!(seconds > 0 && seconds < 1e9)) throw CLI::ValidationError("--timeout", "must be a number above 0");
    timeout = std::chrono::milliseconds(std::max<long>(1, static_cast<long>(seconds * 1000)));
  };
  app.add_option_function<double>("--timeout", parse,
                                  "end the command, and all that it started, after so many seconds")
      ->type_name("SECONDS");
}

void add_publish(CLI::App& app, std::vector<config::Publish>& ports) {
  const auto parse = [&ports](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) ports.push_back(config::parse_publish(text));
  };
  app.add_option_function<std::vector<std::string>>(
         "--publish", parse, "let 127.0.0.1 outside, on the same port or HOSTPORT, reach a server inside")
      ->type_name("PORT[:HOSTPORT]")
      ->allow_extra_args(false);
}

/// `argv`: what stands behind --.
void add_exec(CLI::App& app, std::vector<std::string> argv, Action& action) {
  CLI::App& exec = *app.add_subcommand("exec", "run a command under the rules, in the sandbox");
  auto& options = options_for<ExecOptions>(exec, action, [](const ExecOptions& given) {
    if (given.argv.empty()) throw sys::Error(sys::Kind::invalid, "a command, behind --, is required");
    return run_exec(given);
  });
  options.argv = std::move(argv);
  add_options(exec, options.common);
  add_options(exec, options.command);
  exec.add_option("--profile", options.command.profile,
                  "a named sandbox for all of the command; `agent` is the one for the agent that it starts")
      ->type_name("NAME");
  add_timeout(exec, options.timeout);
  add_publish(exec, options.common.publish);
  exec.add_flag("--no-tty{false},--tty{true}", options.use_terminal,
                "leave the terminal alone, and ask nobody");
  CLI::Option* json =
      exec.add_flag("--json", options.json, "print a report, with the command's output in it");
  exec.add_option("--report", options.report, "write the report to a file")
      ->type_name("FILE")
      ->excludes(json);
  exec.footer("The command stands behind --: gatehouse exec [OPTION]… -- COMMAND [ARG]…");
}

void add_serve(CLI::App& app, const std::string& version, Action& action) {
  CLI::App& serve = *app.add_subcommand("serve", "serve the Model Context Protocol on stdin and stdout");
  auto& options = options_for<ServeOptions>(
      serve, action, [version](const ServeOptions& given) { return run_serve(given, version); });
  add_options(serve, options.common);
  serve.add_flag("--stdio", options.stdio,
                 "on stdin and stdout: the default, and the only transport of this version");
  serve.add_flag(
      "--patch-in-part", options.patch_in_part,
      "a patch that fails keeps what stands before the failure, as with Codex; else nothing is changed");
}

void add_questions(CLI::App& policy, Action& action) {
  CLI::App& check =
      *policy.add_subcommand("check", "what the rules say about a command, a file or a connection");
  auto& checked = options_for<CheckOptions>(check, action, run_check);
  add_options(check, checked.common);
  add_options(check, checked.command);
  check.add_flag("--json", checked.json, "print the decision as JSON");
  add_question(check, checked.question);

  CLI::App& explain = *policy.add_subcommand("explain", "what each rule makes of it, and why");
  auto& explained = options_for<ExplainOptions>(explain, action, run_explain);
  add_options(explain, explained.common);
  add_options(explain, explained.command);
  explain.add_flag("--all", explained.all, "also the rules that are about other programs");
  explain.add_flag("--json", explained.json, "print it as JSON");
  add_question(explain, explained.question);
}

void add_lint_and_test(CLI::App& policy, Action& action) {
  CLI::App& lint = *policy.add_subcommand("lint", "what is wrong with rules files that can be read");
  auto& linted = options_for<LintOptions>(lint, action, run_lint);
  lint.add_flag("--json", linted.json, "print the findings as JSON");
  lint.add_option("files", linted.files, "rules files, files named grants.yaml, or builtin:base")
      ->required()
      ->type_name("FILE…");

  CLI::App& test = *policy.add_subcommand("test", "read rules files and run their examples");
  auto& tested = options_for<TestOptions>(test, action, run_test);
  test.add_flag("--json", tested.json, "print the results as JSON");
  test.add_option("files", tested.files, "rules files")->required()->type_name("FILE…");
}

void add_trust(CLI::App& policy, Action& action) {
  CLI::App& trust = *policy.add_subcommand("trust", "let the rules that a project brings along count");
  auto& options = options_for<TrustOptions>(trust, action, run_trust);
  add_options(trust, options.common);
  trust.add_flag("--yes", options.yes, "do not ask");
  trust.add_flag("--remove", options.remove, "let them not count any more");
}

void add_import(CLI::App& policy, Action& action) {
  CLI::App& import =
      *policy.add_subcommand("import", "make a rules file of the rules of Claude Code or Codex");
  auto& options = options_for<ImportOptions>(import, action, run_import);
  import.add_option("source", options.source, "whose rules they are: claude or codex")
      ->required()
      ->type_name("claude|codex")
      ->check(CLI::IsMember({"claude", "codex"}).description(""));
  import.add_option("file", options.file, "settings.json, or a .rules file")->required()->type_name("FILE");
  import.footer(
      "The rules file goes to standard output; standard error says of each rule where it stood, and whether "
      "it is\n"
      "exact, decides more (widened) or less (narrowed), or was dropped, and why.\n"
      "Exit status: 0 done, 1 done and something was dropped, 2 FILE cannot be read and nothing was "
      "written.");
}

void add_schema_and_show(CLI::App& policy, Action& action) {
  CLI::App& schema = *policy.add_subcommand("schema", "print the JSON Schema of a rules file");
  auto& described = options_for<SchemaOptions>(schema, action, run_schema);
  schema.add_flag("--grants", described.of_grants, "of a grants file");

  CLI::App& show =
      *policy.add_subcommand("show", "the rules that are in force here, and where each comes from");
  auto& shown = options_for<ShowOptions>(show, action, run_show);
  add_options(show, shown.common);
  show.add_flag("--resolved", shown.resolved, "as one rules file that says everything itself");
  show.add_flag("--json", shown.json, "print it as JSON");
  show.add_option("files", shown.files, "rules files, as with --rules")->type_name("FILE…");
}

void add_policy(CLI::App& app, Action& action) {
  CLI::App& policy = *app.add_subcommand("policy", "ask and test rules without running anything");
  policy.require_subcommand(1);
  add_questions(policy, action);
  add_lint_and_test(policy, action);
  add_trust(policy, action);
  add_import(policy, action);
  add_schema_and_show(policy, action);
}

void add_register(CLI::App& app, Action& action) {
  CLI::App& command =
      *app.add_subcommand("register", "use gatehouse's tools in an agent host, in place of its own");
  auto& options = options_for<RegisterOptions>(command, action, run_register);
  command.add_option("host", options.host, fmt::format("the agent host: {}", fmt::join(host_names(), "|")))
      ->required()
      ->type_name("HOST");
  CLI::Option* only_print =
      command.add_flag("--print", options.print, "print what would be written, and change nothing");
  command.add_flag("--keep-builtins", options.keep_builtins,
                   "write the server's entry only: the host keeps its tools");
  command.add_flag("--remove", options.remove, "take back what register wrote")->excludes(only_print);
}

void add_init(CLI::App& app, Action& action) {
  CLI::App& init = *app.add_subcommand("init", "write the files to start from, where there are none");
  init.callback([&action] { action = run_init; });
}

void add_state(CLI::App& app, Action& action) {
  CLI::App& state = *app.add_subcommand("state", "what sandboxes allow, now, while commands run in them");
  state.require_subcommand(1);
  const auto add = [&](const char* name, const char* help, int (*run)(const StateOptions&)) {
    CLI::App& command = *state.add_subcommand(name, help);
    auto& options = options_for<StateOptions>(command, action, run);
    CLI::Option* const all = command.add_flag("--all", options.all, "every gatehouse of this user");
    CLI::Option* const session =
        command.add_option("--session", options.session, "the one whose session begins so");
    session->type_name("ID")->check(
        [](const std::string& id) { return std::string(id.empty() ? "none is named" : ""); });
    session->excludes(all);
    command.add_option("--pid", options.process, "the one with this process id")
        ->type_name("PID")
        ->check(CLI::Range(1, most_processes).description(""))
        ->excludes(all)
        ->excludes(session);
    command.add_flag("--json", options.json, "as JSON");
    add_workspace_option(command, options.common);
    return std::pair<CLI::App&, StateOptions&>(command, options);
  };
  add("show", "what is in force, and who says what", run_state_show);
  auto [set, options] = add(
      "set", "narrow it, and widen it again, within the config; returns when it is in force", run_state_set);
  add_state_options(set, options.common);
  set.add_option("--root", options.roots, "a directory that stays writable; repeatable")
      ->type_name("DIR")
      ->allow_extra_args(false);
  add("watch", "a line for each change", run_state_watch);
}

void add_doctor(CLI::App& app, Action& action) {
  CLI::App& doctor =
      *app.add_subcommand("doctor", "what this machine offers, what then holds, what mends the rest");
  auto& options = options_for<DoctorOptions>(doctor, action, run_doctor);
  add_options(doctor, options.common);
  CLI::Option* json = doctor.add_flag("--json", options.json, "print one JSON document");
  CLI::Option* fix =
      doctor.add_flag("--fix", options.fix, "mend what refuses user namespaces, as root")->excludes(json);
  doctor.add_flag("--yes", options.yes, "do not ask")->needs(fix);
  doctor.add_option("--host", options.host, "and whether this agent host is governed")->type_name("HOST");
}

/// The commands but exec.
void add_others(CLI::App& app, const std::string& version, Action& action) {
  add_serve(app, version, action);
  add_policy(app, action);
  add_register(app, action);
  add_init(app, action);
  add_state(app, action);
  add_doctor(app, action);
  app.add_subcommand("sh", "a shell under the gate: gatehouse sh -c SCRIPT");  // CLI11 knows no -c: see main
}

}  // namespace

void add_options(CLI::App& app, CommonOptions& options) {
  using config::ApprovalPolicy;
  app.add_option("--config", options.config, "config.yaml in place of the user's")->type_name("FILE");
  app.add_option("--rules", options.rules, "rules in place of the user's and the project's; repeatable")
      ->type_name("FILE")
      ->allow_extra_args(false);
  add_workspace_option(app, options);
  app.add_option("--audit", options.audit, "where decisions are recorded")->type_name("FILE");
  add_state_options(app, options);
  add_word<ApprovalPolicy>(app, "--approval", options.approval, "when a person is asked",
                           {{"on-request", ApprovalPolicy::on_request},
                            {"untrusted", ApprovalPolicy::untrusted},
                            {"never", ApprovalPolicy::never}});
}

void add_options(CLI::App& app, CommandOptions& options) {
  const auto check = [](const std::string& text) -> std::string {
    try {
      (void)parse_variable(text);
      return "";
    } catch (const sys::Error& error) {
      return error.what();
    }
  };
  app.add_option("--cwd", options.cwd, "where the command starts")->type_name("DIR");
  app.add_option("--env", options.env, "a variable for the command; repeatable")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false)
      ->check(CLI::Validator(check, ""));
}

Action read_command_line(std::vector<std::string> words, const std::string& version) {
  CLI::App app{"A gate for what agents run: every program is judged before it starts.", "gatehouse"};
  Action action;
  app.set_version_flag("--version", version);
  app.require_subcommand(1);
  if (!words.empty() && words.front() == "exec") {  // alone: its start would pay for the others
    const auto dashes = std::find(words.begin(), words.end(), "--");
    std::vector<std::string> argv;  // the command's, whatever it looks like
    if (dashes != words.end()) argv.assign(dashes + 1, words.end());
    words.erase(dashes, words.end());
    add_exec(app, std::move(argv), action);
  } else {
    add_exec(app, {}, action);
    add_others(app, version, action);
  }
  std::reverse(words.begin(), words.end());  // as CLI11 takes them
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) throw sys::Error(sys::Kind::invalid, "{}", sentence_on(app, error));
    app.exit(error);  // --help, --version
    return [] { return 0; };
  }
  return action;
}

}  // namespace shelltool
