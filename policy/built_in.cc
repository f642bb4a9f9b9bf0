#include "policy/built_in.h"

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "config/frozen.h"
#include "config/reader.h"
#include "policy/program_reader.h"

#include "policy/built_in_programs.inc"

namespace policy {
namespace {

using config::FrozenTree;

/// What was read, by where it is frozen.
template <class Value>
class Cache {
 public:
  template <class Read>
  const Value* get(const FrozenTree& frozen, Read read) {
    const std::lock_guard lock(mutex_);
    std::unique_ptr<const Value>& value = values_[frozen.nodes.data()];
    if (!value) value = std::make_unique<const Value>(read());
    return value.get();
  }

 private:
  std::recursive_mutex mutex_;  // what is like another one reads that one, too
  std::unordered_map<const config::Frozen*, std::unique_ptr<const Value>> values_;
};

/// All but the commands.
config::Node thaw_own(const FrozenTree& map) {
  config::Node node;
  node.kind = config::Node::Kind::map;
  for (const config::FrozenEntry& entry : config::entries_of(map)) {
    if (entry.key == "commands") continue;
    config::Entry& thawed = node.entries.emplace_back();
    thawed.key.scalar = entry.key;
    thawed.value = config::thaw(entry.value, "programs.yaml");
  }
  return node;
}

std::optional<BuiltInCommands> commands_of(const FrozenTree& program, const FrozenTree& map) {
  if (const auto commands = config::find(map, "commands")) return BuiltInCommands{program, *commands};
  return std::nullopt;
}

Program read(const std::string& name, const FrozenTree& frozen) {
  const ProgramEntry entry = read_program(name, thaw_own(frozen));
  Program program;
  lay_over(program, entry, entry.like.empty() ? nullptr : built_in_program(entry.like));
  program.grammar.known = true;
  program.grammar.built_in = commands_of(frozen, frozen);
  return program;
}

}  // namespace

const Program* built_in_program(std::string_view name) {
  static const FrozenTree programs = config::find(frozen_programs, "programs").value();
  static Cache<Program> cache;
  const auto frozen = config::find(programs, name);
  if (!frozen) return nullptr;
  return cache.get(*frozen, [&] { return read(std::string(name), *frozen); });
}

std::vector<std::string> built_in_commands(const BuiltInCommands& commands) {
  std::vector<std::string> names;
  for (const config::FrozenEntry& entry : config::entries_of(commands.commands))
    names.emplace_back(entry.key);
  return names;
}

const Command* built_in_command(const BuiltInCommands& commands, std::string_view name) {
  static Cache<Command> cache;
  const auto frozen = config::find(commands.commands, name);
  if (!frozen) return nullptr;
  return cache.get(*frozen, [&] {
    FrozenTree source = *frozen;
    while (const auto like = config::find(source, "like")) {
      source = commands.program;
      for (const std::string& word : config::read_strings(config::thaw(*like, "programs.yaml")))
        source = config::find(config::find(source, "commands").value(), word).value();
    }
    Command command = read_command(thaw_own(source));
    command.built_in = commands_of(commands.program, source);
    return command;
  });
}

}  // namespace policy
