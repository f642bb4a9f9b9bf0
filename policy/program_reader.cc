#include "policy/program_reader.h"

#include <utility>

#include "config/reader.h"
#include "config/text.h"

namespace policy {
namespace {

using config::BadInput;
using config::MapReader;
using config::Node;

const std::vector<std::string> grammar_keys{"value_options",  "attached_options", "flags",   "last_options",
                                            "options_end_at", "early_options",    "commands"};

std::vector<std::string> with_grammar_keys(std::vector<std::string> keys) {
  keys.insert(keys.end(), grammar_keys.begin(), grammar_keys.end());
  return keys;
}

Names read_options(const Node& node) {
  Names options;
  for (const std::string& option : config::read_strings(node)) {
    if (option.size() < 2 || option.front() != '-')
      throw BadInput(node.place,
                     "an option's name begins with '-', as in \"--force\"; found " + config::shown(option));
    options.insert(option);
  }
  return options;
}

std::vector<std::string> read_paths(const Node& node) {
  std::vector<std::string> paths = config::read_strings(node);
  for (const std::string& path : paths)
    if (!path.starts_with('/') && !path.starts_with("~/"))
      throw BadInput(node.place,
                     "a program lies at an absolute path or below ~/; found " + config::shown(path));
  return paths;
}

class CommandReader {
 public:
  Command read(const MapReader& map) {
    Command command;
    read(map, command);
    for (const auto& [alike, like] : alike_) *alike = find(command, *like);
    return command;
  }

 private:
  void read(const MapReader& map, Command& command) {
    const std::pair<const char*, Names*> lists[] = {{"value_options", &command.value_options},
                                                    {"attached_options", &command.attached_options},
                                                    {"flags", &command.flags},
                                                    {"last_options", &command.last_options}};
    for (const auto& [key, names] : lists)
      if (const Node* options = map.find(key)) *names = read_options(*options);
    if (const Node* end = map.find("options_end_at"))
      command.options_end_at = config::read_unsigned(*end, 1, 64);
    if (const Node* early = map.find("early_options")) command.early_options = config::read_bool(*early);
    if (const Node* commands = map.find("commands")) read_commands(*commands, command);
  }

  void read_commands(const Node& node, Command& parent) {
    if (node.kind != Node::Kind::map) config::fail_type(node, "a map of commands");
    for (const config::Entry& entry : node.entries) {
      Command& command = parent.commands[entry.key.scalar];
      const MapReader map(entry.value, with_grammar_keys({"like"}));
      const Node* const like = map.find("like");
      if (like != nullptr && entry.value.entries.size() > 1)
        throw BadInput(like->place, "a command that is like another one has no other keys");
      if (like == nullptr)
        read(map, command);
      else
        alike_.emplace_back(&command, like);
    }
  }

  static Command find(const Command& program, const Node& like) {
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

Command read_command(const config::Node& node) { return CommandReader().read(MapReader(node, grammar_keys)); }

ProgramEntry read_program(const std::string& name, const config::Node& node) {
  const MapReader map(node, with_grammar_keys({"paths", "runs", "writable", "style", "like"}));
  ProgramEntry entry;
  entry.name = name;
  Program& program = entry.program;
  static_cast<Command&>(program.grammar) = CommandReader().read(map);
  if (const Node* paths = map.find("paths")) program.paths = read_paths(*paths);
  if (const Node* runs = map.find("runs")) program.runs = config::read_strings(*runs);
  if (const Node* writable = map.find("writable")) {
    config::read_index(*writable, {"ok"});
    program.writable_ok = true;
  }
  if (const Node* style = map.find("style")) {
    program.grammar.style = config::read_word<Style>(*style, {{"gnu", Style::gnu},
                                                              {"single-dash", Style::single_dash},
                                                              {"words", Style::words},
                                                              {"letters", Style::letters}});
    entry.states_style = true;
  }
  if (const Node* like = map.find("like")) {
    entry.like = config::read_string(*like);
    entry.like_place = like->place;
  }
  entry.states_grammar = entry.states_style;
  for (const std::string& key : grammar_keys)
    entry.states_grammar = entry.states_grammar || map.find(key) != nullptr;
  return entry;
}

}  // namespace policy
