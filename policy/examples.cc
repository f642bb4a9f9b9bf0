#include "policy/examples.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>

#include "config/text.h"
#include "policy/rule_match.h"
#include "sandbox/sys/path.h"

namespace policy {
namespace {

std::shared_ptr<const sandbox::Ancestor> ancestor_of(const sandbox::ExecEvent& event) {
  const sandbox::Image& image = event.images.front();
  return std::make_shared<sandbox::Ancestor>(
      sandbox::Ancestor{sys::base_name(image.called), image, event.caller});
}

}  // namespace

void Examples::run(const Rule& rule, const ProgramTable& programs,
                   std::vector<config::BadInput>& failures) const {
  if (!rule.is_for(EventKind::exec)) return;
  for (const bool wanted : {true, false}) {
    for (const Example& example : wanted ? rule.match : rule.no_match) {
      try {
        run(rule, example, wanted, programs);
      } catch (const config::BadInput& failure) {
        failures.push_back(failure);
      }
    }
  }
}

void Examples::run(const Rule& rule, const Example& example, bool wanted,
                   const ProgramTable& programs) const {
  if (triggers(rule, example, programs) == wanted) return;
  throw config::BadInput(
      example.place, fmt::format("rule '{}' should {}match this example, and does{}: {}", rule.id,
                                 wanted ? "" : "not ", wanted ? " not" : "", config::shown(example.text)));
}

bool Examples::triggers(const Rule& rule, const Example& example, const ProgramTable& programs) const {
  const std::vector<ShellCommand> commands = commands_in_text(example.text, surroundings_->home);
  for (const ShellCommand& command : commands)
    if (!command.unclear.empty())
      throw config::BadInput(example.place, "it cannot be told what this example starts (" + command.unclear +
                                                "): " + config::shown(example.text));
  State state;
  if (!rule.when.empty() && !rule.when.front().modes.empty()) state.mode = rule.when.front().modes.front();
  const std::vector<sandbox::ExecEvent> events = events_of(commands);
  return std::any_of(events.begin(), events.end(), [&](const sandbox::ExecEvent& event) {
    const Scene scene{&event, &state, identity_, &programs, static_cast<int>(rule.layer), Resolve::by_name};
    return applies(rule, faces_of(event, *identity_), scene);
  });
}

std::vector<sandbox::ExecEvent> Examples::events_of(const std::vector<ShellCommand>& commands) const {
  const std::string start = surroundings_->workspaces.empty() ? "/" : surroundings_->workspaces.front();
  std::vector<sandbox::ExecEvent> events;
  for (const ShellCommand& command : commands) {
    sandbox::ExecEvent event;
    event.cwd = sys::normal_path(command.directory, start);
    const std::string& called = command.argv.front();
    event.images.push_back({called, file_of(called, event.cwd), command.argv});
    event.env = command.assignments;
    event.top = !command.starter;
    if (command.starter) event.caller = ancestor_of(events[*command.starter]);
    events.push_back(std::move(event));
  }
  return events;
}

sandbox::File Examples::file_of(const std::string& called, const std::string& cwd) const {
  sandbox::File file;
  if (called.find('/') == std::string::npos) {
    file.path = identity_->look_up(called).value_or(Identity::missing_path(called));
  } else {
    const std::string path = sys::normal_path(called, cwd);
    file.path = sys::real_path(path).value_or(path);
    file.writable =
        std::any_of(surroundings_->workspaces.begin(), surroundings_->workspaces.end(),
                    [&](const std::string& workspace) { return sys::is_within(path, workspace); });
  }
  struct stat status {};
  if (::stat(file.path.c_str(), &status) != 0) return file;
  file.device = status.st_dev;
  file.inode = status.st_ino;
  return file;
}

}  // namespace policy
