#pragma once
/// Rules from text and events from words, for the tests of policy.

#include <sys/stat.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "policy/rule_set.h"
#include "policy/shell_words.h"
#include "sandbox/sys/path.h"

namespace tests {

inline policy::Surroundings here() { return {"/home/u", {"/ws"}, {"/usr/bin", "/bin"}}; }

inline policy::Source source(const std::string& text, policy::Layer layer = policy::Layer::user) {
  return {layer, config::read_yaml(text, "rules.yaml")};
}

inline policy::RuleSet rules(const std::string& text, const policy::Surroundings& where = here()) {
  return policy::RuleSet::compile({source(text)}, where);
}

/// The rules alone, without the lines around them.
inline policy::RuleSet rules_of(const std::string& list, const policy::Surroundings& where = here()) {
  return rules("version: 1\nrules:\n" + list, where);
}

/// A real system file, as the gate would describe it.
inline sandbox::File system_file(const std::string& path) {
  sandbox::File file;
  file.path = sys::real_path(path).value_or(path);
  struct stat status {};
  if (::stat(file.path.c_str(), &status) == 0) {
    file.device = status.st_dev;
    file.inode = status.st_ino;
  }
  return file;
}

/// The file that a bare name means on any system: what rules assume where the machine has none.
inline sandbox::File program_file(const std::string& name) { return system_file("/usr/bin/" + name); }

inline sandbox::ExecEvent event_of(std::vector<std::string> argv, sandbox::File file) {
  sandbox::ExecEvent event;
  event.cwd = "/ws";
  event.top = true;
  const std::string called = argv.empty() ? file.path : argv.front();
  event.images.push_back({called, std::move(file), std::move(argv)});
  return event;
}

/// "git push -f", as the system's git.
inline sandbox::ExecEvent event_of(const std::string& line) {
  const std::vector<policy::ShellCommand> commands = policy::commands_in_text(line, "/home/u");
  const std::vector<std::string>& argv = commands.at(0).argv;
  sandbox::ExecEvent event = event_of(argv, program_file(sys::base_name(argv.front())));
  event.env = commands[0].assignments;
  return event;
}

inline std::shared_ptr<const sandbox::Ancestor> caller(
    const std::string& line, std::shared_ptr<const sandbox::Ancestor> parent = nullptr) {
  sandbox::Image image = event_of(line).images.front();
  const std::string name = sys::base_name(image.called);
  return std::make_shared<sandbox::Ancestor>(sandbox::Ancestor{name, std::move(image), std::move(parent)});
}

inline policy::Verdict verdict(const policy::RuleSet& rules, const sandbox::ExecEvent& event,
                               const policy::State& state = {}) {
  return rules.decide(event, state).verdict;
}

inline policy::Verdict verdict(const policy::RuleSet& rules, const std::string& line) {
  return verdict(rules, event_of(line));
}

}  // namespace tests
