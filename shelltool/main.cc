/// gatehouse: options, and the last catch.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <functional>
#include <memory>

#include "config/node.h"
#include "config/text.h"
#include "sandbox/launcher/launch.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "shelltool/command/doctor_command.h"
#include "shelltool/command/exec_command.h"
#include "shelltool/command/init_command.h"
#include "shelltool/command/notice.h"
#include "shelltool/command/policy_command.h"
#include "shelltool/command/register_command.h"
#include "shelltool/command/schema_command.h"
#include "shelltool/command/serve_command.h"
#include "shelltool/command/show_command.h"
#include "shelltool/command/state_command.h"

namespace {

using Action = std::function<int()>;

constexpr int usage_status = 2;

/// `gatehouse exec`: its errors are not the command's, so they have a status of their own.
CLI::App* add_exec(CLI::App& app, shelltool::ExecOptions& options, Action& action) {
  CLI::App* exec = app.add_subcommand("exec", "run a command under the rules, in the sandbox");
  shelltool::add_options(*exec, options.common);
  shelltool::add_options(*exec, options.command);
  exec->add_option("--profile", options.command.profile,
                   "a named sandbox for all of the command; `agent` is the one for the agent that it starts")
      ->type_name("NAME");
  exec->add_option_function<double>(
          "--timeout",
          [&options](double seconds) {
            if (!(seconds > 0 && seconds < 1e9))
              throw CLI::ValidationError("--timeout", "must be a number above 0");
            options.timeout = std::chrono::milliseconds(std::max<long>(1, static_cast<long>(seconds * 1000)));
          },
          "end the command, and all that it started, after so many seconds")
      ->type_name("SECONDS");
  exec->add_flag("--no-tty{false},--tty{true}", options.use_terminal,
                 "leave the terminal alone, and ask nobody");
  CLI::Option* json =
      exec->add_flag("--json", options.json, "print a report, with the command's output in it");
  exec->add_option("--report", options.report, "write the report to a file")
      ->type_name("FILE")
      ->excludes(json);
  exec->footer("The command stands behind --: gatehouse exec [OPTION]… -- COMMAND [ARG]…");
  exec->callback([&options, &action] {
    if (options.argv.empty()) throw CLI::RequiredError("a command, behind --,");
    action = [&options] { return shelltool::run_exec(options); };
  });
  return exec;
}

/// `gatehouse sh -c SCRIPT`, and whatever else a shell takes.
int run_shell(std::vector<std::string> words) {
  shelltool::ExecOptions options;
  options.shell = true;
  options.argv = {::access("/bin/bash", X_OK) == 0 ? "/bin/bash" : "/bin/sh"};
  options.argv.insert(options.argv.end(), words.begin(), words.end());
  return shelltool::run_exec(options);
}

/// "unknown option --netwrok; did you mean --network?"
std::string unexpected(const CLI::App& app, const std::vector<std::string>& words) {
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  for (const CLI::App* command : app.get_subcommands({})) known.push_back(command->get_name());
  const std::string word = words.empty() ? "" : words.front();
  const std::string near = config::nearest(word, known);
  return fmt::format("unexpected {}{}", config::shown(word),
                     near.empty() ? "" : "; did you mean " + near + "?");
}

int report_error(const std::exception& error, int status) {
  shelltool::say(error.what());
  const auto* setup = dynamic_cast<const sandbox::SetupError*>(&error);
  if (setup != nullptr && !setup->fix().empty()) shelltool::say("to mend it: " + setup->fix());
  return status;
}

/// The commands but exec.
struct Others {
  shelltool::ServeOptions serve_options;
  CLI::App* policy = nullptr;
  std::shared_ptr<shelltool::PolicyOptions> policy_options;
  std::shared_ptr<shelltool::RegisterOptions> register_options;
  std::shared_ptr<shelltool::DoctorOptions> doctor_options;

  void add_to(CLI::App& app, Action& action) {
    CLI::App* serve = app.add_subcommand("serve", "serve the Model Context Protocol on stdin and stdout");
    shelltool::add_options(*serve, serve_options.common);
    serve->add_flag("--stdio", serve_options.stdio,
                    "on stdin and stdout: the default, and the only transport of this version");
    serve->add_flag(
        "--patch-in-part", serve_options.patch_in_part,
        "a patch that fails keeps what stands before the failure, as with Codex; else nothing is changed");
    serve->callback([this, &action] {
      action = [this] { return shelltool::run_serve(serve_options, GATEHOUSE_VERSION); };
    });
    policy = app.add_subcommand("policy", "ask and test rules without running anything");
    policy->require_subcommand(1);
    policy_options = shelltool::add_policy_commands(*policy, action);
    shelltool::add_schema_command(*policy, action);
    shelltool::add_show_command(*policy, action);
    register_options = shelltool::add_register_command(app, action);
    shelltool::add_init_command(app, action);
    shelltool::add_state_commands(app, action);
    doctor_options = shelltool::add_doctor_command(app, action);
    // Read before CLI11, which knows no -c.
    app.add_subcommand("sh", "a shell under the gate: gatehouse sh -c SCRIPT");
  }
  [[nodiscard]] const CLI::App& asked(const CLI::App& app) const {
    return policy != nullptr && policy->parsed() ? *policy : app;
  }
};

int run(std::vector<std::string> words) {
  CLI::App app("A gate for what agents run: every program is judged before it starts.", "gatehouse");
  app.set_version_flag("--version", GATEHOUSE_VERSION);
  app.require_subcommand(1);
  Action action;
  shelltool::ExecOptions exec_options;
  CLI::App* exec = add_exec(app, exec_options, action);
  const bool is_exec = !words.empty() && words.front() == "exec";
  Others others;
  if (!is_exec) others.add_to(app, action);  // a start of exec would pay for them
  const int wrong_usage = is_exec ? shelltool::status_not_started : usage_status;
  if (is_exec) {  // what stands behind -- is the command's, whatever it looks like
    const auto dashes = std::find(words.begin(), words.end(), "--");
    if (dashes != words.end()) exec_options.argv.assign(dashes + 1, words.end());
    words.erase(dashes, words.end());
  }
  std::reverse(words.begin(), words.end());  // as CLI11 takes them
  try {
    app.parse(words);
  } catch (const CLI::ExtrasError&) {
    return report_error(
        sys::Error(sys::Kind::invalid, unexpected(is_exec ? *exec : app, app.remaining(true))), wrong_usage);
  } catch (const CLI::ParseError& error) {
    const std::vector<std::string> rest = app.remaining(true);
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError) && !rest.empty() && !is_exec)
      return report_error(sys::Error(sys::Kind::invalid, unexpected(others.asked(app), rest)), wrong_usage);
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return report_error(error, wrong_usage);
  }
  try {
    return action();
  } catch (const std::exception& error) {
    return report_error(error, wrong_usage);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const bool called_as_shell = argc > 0 && sys::base_name(argv[0]) == "gatehouse-sh";
    if (called_as_shell) return run_shell({argv + 1, argv + argc});
    if (argc > 1 && std::string_view(argv[1]) == "sh") return run_shell({argv + 2, argv + argc});
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    return report_error(error, shelltool::status_not_started);
  }
}
