#include "policy/checker.h"

#include <algorithm>
#include <utility>

#include "policy/identity.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"

namespace policy {
namespace {

ShellCommand shell_command(const std::string& shell) {
  ShellCommand command;
  command.argv = {shell};
  return command;
}

}  // namespace

void Checker::start_shell() {
  const sandbox::ExecEvent event = resolve(shell_command(terms_.shell));
  shell_ = std::make_shared<sandbox::Ancestor>(
      sandbox::Ancestor{sys::base_name(terms_.shell), event.images.front(), nullptr});
  check_.unclear.clear();
}

void Checker::judge_shell(std::string_view text) {
  sandbox::ExecEvent event = resolve(shell_command(terms_.shell));
  event.images.front().argv = {terms_.shell, "-c", std::string(text)};
  event.cwd = cwd_;
  shell_ = judge(std::move(event), Sight::run);
}

void Checker::add(const std::vector<ShellCommand>& commands, Sight sight) {
  Ancestors ancestors;
  for (std::size_t index = 0; index < commands.size(); ++index) {
    const ShellCommand& command = commands[index];
    say_unclear(command);
    if (command.argv.empty() || !command.is_named) continue;
    sandbox::ExecEvent event = resolve(command);
    place(command, ancestors, event);
    ancestors[index] = judge(std::move(event), sight);
  }
}

void Checker::add_started(const sandbox::ExecEvent& started, const std::vector<ShellCommand>& commands,
                          Sight sight) {
  Ancestors ancestors;
  sandbox::ExecEvent first = resolve_started(started);
  first.cwd = started.cwd;
  first.env = started.env;
  first.top = true;
  first.caller = shell_;
  ancestors[0] = judge(std::move(first), sight);
  if (!commands.empty()) say_unclear(commands.front());
  for (std::size_t index = 1; index < commands.size(); ++index) {
    ShellCommand command = commands[index];
    command.directory = sys::normal_path(command.directory, started.cwd);
    if (!command.starter) command.starter = 0;
    say_unclear(command);
    if (command.argv.empty() || !command.is_named) continue;
    sandbox::ExecEvent event = resolve(command);
    place(command, ancestors, event);
    ancestors[index] = judge(std::move(event), sight);
  }
}

void Checker::say_unclear(const ShellCommand& command) {
  for (const std::string& why : {command.unclear, command.untold}) {
    if (why.empty()) continue;
    const std::string shown = command.argv.empty() ? "" : sys::command_line(command.argv) + ": ";
    add_unclear(shown + sys::visible(why));
  }
}

void Checker::add_unclear(std::string sentence) {
  std::vector<std::string>& unclear = check_.unclear;
  if (std::find(unclear.begin(), unclear.end(), sentence) == unclear.end())
    unclear.push_back(std::move(sentence));
}

Check Checker::take() {
  if (check_.commands.empty() && check_.unclear.empty())
    throw sys::Error(sys::Kind::invalid, "checking a command: nothing in it starts a program");
  return std::move(check_);
}

void Checker::place(const ShellCommand& command, const Ancestors& ancestors,
                    sandbox::ExecEvent& event) const {
  event.cwd = sys::normal_path(command.directory, cwd_);
  event.env.insert(event.env.end(), command.assignments.begin(), command.assignments.end());
  event.top = !command.starter;
  event.caller = shell_;
  if (!command.starter) return;
  const auto starter = ancestors.find(*command.starter);
  event.caller = starter == ancestors.end() ? nullptr : starter->second;
}

std::shared_ptr<const sandbox::Ancestor> Checker::judge(sandbox::ExecEvent event, Sight sight) {
  const sandbox::Image& image = event.images.front();
  auto ancestor = std::make_shared<sandbox::Ancestor>(
      sandbox::Ancestor{sys::base_name(image.called), image, event.caller});
  Decision decision = decide(terms_.rules, event, terms_.state, terms_.approval);
  check_.commands.push_back({std::move(event), std::move(decision), sight});
  const std::size_t last = check_.commands.size() - 1;
  if (check_.commands[last].decision.verdict > check_.commands[check_.decider].decision.verdict)
    check_.decider = last;
  return ancestor;
}

/// Where this machine has no such program, the rules can still be asked about its name.
sandbox::ExecEvent Checker::resolve(const ShellCommand& command) {
  sandbox::ExecEvent event = resolve_(command.argv, sys::normal_path(command.directory, cwd_));
  if (event.images.empty()) event.images.push_back({command.argv.front(), {}, command.argv});
  sandbox::Image& image = event.images.front();
  if (!image.file.path.empty()) return event;
  const bool is_name = image.called.find('/') == std::string::npos;
  image.file.path = is_name ? Identity::missing_path(image.called) : sys::normal_path(image.called, cwd_);
  add_unclear(sys::visible(image.called) + " is not on this machine; judged by its name");
  return event;
}

/// A dry run's sandbox can write less than the real one. What is only in there, it has written itself.
sandbox::ExecEvent Checker::resolve_started(const sandbox::ExecEvent& started) const {
  const sandbox::Image& image = started.images.front();
  try {
    std::vector<std::string> argv = image.argv;
    argv.front() = image.called;
    sandbox::ExecEvent event = resolve_(argv, started.cwd);
    if (!event.images.empty() && event.images.front().file.path == image.file.path) {
      event.images.front().argv = image.argv;
      return event;
    }
  } catch (const sys::Error&) {
  }
  sandbox::ExecEvent event = started;
  for (sandbox::Image& each : event.images) each.file.writable = true;
  return event;
}

}  // namespace policy
