#include "policy/program_reader.h"

#include <algorithm>
#include <utility>

#include "config/reader.h"
#include "config/text.h"
#include "policy/rules_shape.h"

namespace policy {
namespace {

using config::BadInput;
using config::find;
using config::Node;

Names read_options(const Node& node) {
  const std::vector<std::string> options = config::read_strings(node);
  return {options.begin(), options.end()};
}

/// A key of a command, which a program is, too.
bool is_grammar(std::string_view name) {
  return std::any_of(command_mapping.keys.begin(), command_mapping.keys.end(),
                     [&](const config::Key& key) { return key.name == name && key.if_with.empty(); });
}

class CommandReader {
 public:
  Command read(const Node& map) {
    Command command;
    read(map, command);
    for (const auto& [alike, like] : alike_) *alike = command_like(command, *like);
    return command;
  }

 private:
  void read(const Node& map, Command& command) {
    const std::pair<const char*, Names*> lists[] = {{"value_options", &command.value_options},
                                                    {"attached_options", &command.attached_options},
                                                    {"flags", &command.flags},
                                                    {"last_options", &command.last_options}};
    for (const auto& [key, names] : lists)
      if (const Node* options = find(map, key)) *names = read_options(*options);
    if (const Node* end = find(map, "options_end_at"))
      command.options_end_at = config::read_unsigned(*end, 1, 64);
    if (const Node* early = find(map, "early_options")) command.early_options = config::read_bool(*early);
    if (const Node* commands = find(map, "commands")) read_commands(*commands, command);
  }

  void read_commands(const Node& node, Command& parent) {
    for (const config::Entry& entry : node.entries) {
      Command& command = parent.commands[entry.key.scalar];
      if (const Node* like = find(entry.value, "like"))
        alike_.emplace_back(&command, like);
      else
        read(entry.value, command);
    }
  }

  static Command command_like(const Command& program, const Node& like) {
    const Command* command = &program;
    for (const std::string& word : config::read_strings(like)) {
      const auto found = command->commands.find(word);
      if (found == command->commands.end())
        throw BadInput(like.place, "no command " + config::shown(word) +
                                       " is described here, so none can be read like it");
      command = &found->second;
    }
    return *command;
  }

  std::vector<std::pair<Command*, const Node*>> alike_;
};

}  // namespace

Command read_command(const config::Node& map) { return CommandReader().read(map); }

ProgramEntry read_program(const std::string& name, const config::Node& map) {
  ProgramEntry entry;
  entry.name = name;
  Program& program = entry.program;
  static_cast<Command&>(program.grammar) = CommandReader().read(map);
  if (const Node* paths = find(map, "paths")) program.paths = config::read_strings(*paths);
  if (const Node* runs = find(map, "runs")) program.runs = config::read_strings(*runs);
  program.writable_ok = find(map, "writable") != nullptr;
  if (const Node* style = find(map, "style")) {
    program.grammar.style = static_cast<Style>(config::index_of(*style, style_shape));
    entry.states_style = true;
  }
  if (const Node* like = find(map, "like")) {
    entry.like = config::read_string(*like);
    entry.like_place = like->place;
  }
  entry.states_grammar = entry.states_style ||
                         std::any_of(map.entries.begin(), map.entries.end(),
                                     [](const config::Entry& each) { return is_grammar(each.key.scalar); });
  return entry;
}

}  // namespace policy
