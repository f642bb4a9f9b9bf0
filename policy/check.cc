#include "policy/check.h"

#include <map>
#include <utility>

#include "policy/identity.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"

namespace policy {
namespace {

class Checker {
 public:
  Checker(const CheckTerms& terms, const std::string& cwd, const Resolver& resolve)
      : terms_(terms), cwd_(cwd), resolve_(resolve) {}

  /// The shell that reads the script is there before what it starts.
  void start_shell() {
    const sandbox::ExecEvent event = resolve(ShellCommand{{"sh"}, {}, {}, {}, {}, true, {}});
    const sandbox::Image& image = event.images.front();
    shell_ = std::make_shared<sandbox::Ancestor>(sandbox::Ancestor{"sh", image, nullptr});
    check_.unclear.clear();
  }

  Check run(const std::vector<ShellCommand>& commands) {
    for (std::size_t index = 0; index < commands.size(); ++index) add(commands[index], index);
    if (check_.commands.empty() && check_.unclear.empty())
      throw sys::Error(sys::Kind::invalid, "checking a command: nothing in it starts a program");
    return std::move(check_);
  }

 private:
  void add(const ShellCommand& command, std::size_t index) {
    for (const std::string& why : {command.unclear, command.untold}) {
      if (why.empty()) continue;
      const std::string shown = command.argv.empty() ? "" : sys::command_line(command.argv) + ": ";
      check_.unclear.push_back(shown + sys::visible(why));
    }
    if (command.argv.empty() || !command.is_named) return;
    sandbox::ExecEvent event = resolve(command);
    event.cwd = sys::normal_path(command.directory, cwd_);
    event.env.insert(event.env.end(), command.assignments.begin(), command.assignments.end());
    event.top = !command.starter;
    event.caller = command.starter ? ancestors_[*command.starter] : shell_;
    const sandbox::Image& image = event.images.front();
    ancestors_[index] = std::make_shared<sandbox::Ancestor>(
        sandbox::Ancestor{sys::base_name(image.called), image, event.caller});
    Decision decision = decide(terms_.rules, event, terms_.state, terms_.approval);
    check_.commands.push_back({std::move(event), std::move(decision)});
    const std::size_t last = check_.commands.size() - 1;
    if (check_.commands[last].decision.verdict > check_.commands[check_.decider].decision.verdict)
      check_.decider = last;
  }

  /// Where this machine has no such program, the rules can still be asked about its name.
  sandbox::ExecEvent resolve(const ShellCommand& command) {
    sandbox::ExecEvent event = resolve_(command.argv, sys::normal_path(command.directory, cwd_));
    if (event.images.empty()) event.images.push_back({command.argv.front(), {}, command.argv});
    sandbox::Image& image = event.images.front();
    if (!image.file.path.empty()) return event;
    const bool is_name = image.called.find('/') == std::string::npos;
    image.file.path = is_name ? Identity::missing_path(image.called) : sys::normal_path(image.called, cwd_);
    check_.unclear.push_back(sys::visible(image.called) + " is not on this machine; judged by its name");
    return event;
  }

  const CheckTerms& terms_;
  const std::string& cwd_;
  const Resolver& resolve_;
  Check check_;
  std::shared_ptr<const sandbox::Ancestor> shell_;  ///< null where the command is started by nobody here
  std::map<std::size_t, std::shared_ptr<const sandbox::Ancestor>> ancestors_;
};

}  // namespace

Check check_command(const CheckTerms& terms, const std::vector<std::string>& argv, const std::string& cwd,
                    const std::string& home, const Resolver& resolve) {
  return Checker(terms, cwd, resolve).run(commands_in(argv, home));
}

Check check_script(const CheckTerms& terms, std::string_view text, const std::string& cwd,
                   const std::string& home, const Resolver& resolve) {
  Checker checker(terms, cwd, resolve);
  checker.start_shell();
  return checker.run(commands_in_text(text, home));
}

}  // namespace policy
