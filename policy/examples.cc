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

/// A rule that holds in one mode or for one tool is shown there.
void set_scene(const Rule& rule, State& state, Scene& scene) {
  scene.state = &state;
  if (rule.when.empty()) return;
  const Matcher& first = rule.when.front();
  if (!first.modes.empty()) state.mode = first.modes.front();
  if (!first.tools.empty()) scene.tool = first.tools.front();
}

}  // namespace

std::optional<Spoken> spoken_event(std::string_view text) {
  const std::size_t space = text.find(' ');
  const std::size_t what = text.find_first_not_of(' ', space);
  for (const EventKind kind : {EventKind::read, EventKind::write, EventKind::net})
    if (text.substr(0, space) == name_of(kind) && what != std::string_view::npos)
      return Spoken{kind, text.substr(what)};
  return std::nullopt;
}

void Examples::run(const Rule& rule, const ProgramTable& programs,
                   std::vector<config::BadInput>& failures) const {
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
  State state;
  Scene scene;
  set_scene(rule, state, scene);
  scene.identity = identity_;
  scene.programs = &programs;
  scene.layer = static_cast<int>(rule.layer);
  scene.resolve = Resolve::by_name;
  std::optional<Spoken> spoken = spoken_event(example.text);
  if (spoken && !rule.is_for(spoken->kind) && rule.is_for(EventKind::exec)) spoken.reset();
  if (!spoken && !rule.is_for(EventKind::exec))
    throw config::BadInput(example.place,
                           "an example of a rule that is not on exec is 'read PATH', 'write PATH' or 'net "
                           "HOST:PORT [-- COMMAND]'; found " +
                               config::shown(example.text));
  try {
    if (!spoken) return starts(rule, example, scene);
    if (!rule.is_for(spoken->kind)) return false;
    return spoken->kind == EventKind::net ? connects(rule, example, spoken->what, scene)
                                          : touches(rule, spoken->kind, spoken->what, scene);
  } catch (const config::BadInput&) {
    throw;
  } catch (const sys::Error& error) {
    throw config::BadInput(example.place, error.what());
  }
}

bool Examples::starts(const Rule& rule, const Example& example, Scene scene) const {
  const std::vector<sandbox::ExecEvent> events = events_of(example.text, example);
  return std::any_of(events.begin(), events.end(), [&](const sandbox::ExecEvent& event) {
    scene.event = &event;
    return applies(rule, faces_of(event, *identity_), scene);
  });
}

bool Examples::touches(const Rule& rule, EventKind kind, std::string_view path, Scene scene) const {
  const FileEvent event = file_event_of(kind, path);
  scene.file = &event;
  if (rule.when.empty() || rule.when.front().tools.empty()) scene.tool = event.tool;
  return applies(rule, {}, scene);
}

FileEvent Examples::file_event_of(EventKind kind, std::string_view path) const {
  return file_event(kind, path, start(), surroundings_->home, Resolve::by_name);
}

bool Examples::connects(const Rule& rule, const Example& example, std::string_view target,
                        Scene scene) const {
  const std::vector<NetEvent> events = net_events_of(target, example);
  return std::any_of(events.begin(), events.end(), [&](const NetEvent& event) {
    scene.net = &event;
    scene.event = event.process.get();
    return applies(rule, event.process ? faces_of(*event.process, *identity_) : std::vector<Face>(), scene);
  });
}

/// One for each process that the command behind "--" is.
std::vector<NetEvent> Examples::net_events_of(std::string_view target, const Example& example) const {
  constexpr std::string_view divider = " -- ";
  const std::size_t end = target.find(divider);
  const NetEvent event = net_event(target.substr(0, end));
  if (end == std::string_view::npos) return {event};
  std::vector<NetEvent> events;
  for (sandbox::ExecEvent& process : events_of(target.substr(end + divider.size()), example)) {
    events.push_back(event);
    events.back().process = std::make_shared<const sandbox::ExecEvent>(std::move(process));
  }
  return events;
}

std::string Examples::start() const {
  return surroundings_->workspaces.empty() ? "/" : surroundings_->workspaces.front();
}

std::shared_ptr<const sandbox::Ancestor> Examples::caller_of(const Example& example) const {
  std::shared_ptr<const sandbox::Ancestor> caller;
  for (const std::string& text : example.by) {
    std::vector<sandbox::ExecEvent> events = events_of(text, {text, example.place});
    if (events.empty())
      throw config::BadInput(example.place,
                             "'by' names what starts the next one; nothing starts in " + config::shown(text));
    events.front().caller = std::move(caller);
    caller = ancestor_of(events.front());
  }
  return caller;
}

std::vector<sandbox::ExecEvent> Examples::events_of(std::string_view text, const Example& example) const {
  const std::shared_ptr<const sandbox::Ancestor> caller = caller_of(example);
  std::vector<sandbox::ExecEvent> events;
  for (const ShellCommand& command : commands_in_text(text, surroundings_->home)) {
    if (!command.unclear.empty())
      throw config::BadInput(example.place, "it cannot be told what this example starts (" + command.unclear +
                                                "): " + config::shown(example.text));
    sandbox::ExecEvent event;
    event.cwd = sys::normal_path(command.directory, start());
    const std::string& called = command.argv.front();
    event.images.push_back({called, file_of(called, event.cwd), command.argv});
    event.env = command.assignments;
    event.caller = command.starter ? ancestor_of(events[*command.starter]) : caller;
    event.top = !event.caller;
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
