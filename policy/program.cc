#include "policy/program.h"

#include <utility>

#include "config/text.h"
#include "policy/built_in.h"

namespace policy {
namespace {

/// What is said last about an option holds.
void lay_over(Command& under, const Command& over) {
  for (const auto* stated : {&over.value_options, &over.attached_options})
    for (const std::string& option : *stated) under.flags.erase(option);
  for (const std::string& option : over.flags) {
    under.value_options.erase(option);
    under.attached_options.erase(option);
  }
  under.value_options.insert(over.value_options.begin(), over.value_options.end());
  under.attached_options.insert(over.attached_options.begin(), over.attached_options.end());
  under.flags.insert(over.flags.begin(), over.flags.end());
  under.last_options.insert(over.last_options.begin(), over.last_options.end());
  under.early_options = under.early_options || over.early_options;
  if (over.options_end_at != 0) under.options_end_at = over.options_end_at;
  for (const auto& [name, command] : over.commands) lay_over(under.commands[name], command);
}

/// Says nothing itself yet.
Grammar laid_over(std::shared_ptr<const Grammar> under) {
  Grammar grammar;
  grammar.style = under->style;
  grammar.known = under->known;
  grammar.under = std::move(under);
  return grammar;
}

}  // namespace

const Command* Command::find(std::string_view name) const {
  const auto own = commands.find(name);
  if (own != commands.end()) return &own->second;
  return built_in ? built_in_command(*built_in, name) : nullptr;
}

void lay_over(Program& under, const ProgramEntry& over, const Program* like) {
  if (like != nullptr) {
    under.grammar = laid_over(std::make_shared<const Grammar>(like->grammar));
    under.runs = like->runs;
  } else if (!over.like.empty()) {
    throw config::BadInput(over.like_place, "no program " + config::shown(over.like) +
                                                " is described, so none can be read like it");
  }
  const auto join = [](std::vector<std::string>& list, const std::vector<std::string>& more) {
    list.insert(list.end(), more.begin(), more.end());
  };
  join(under.paths, over.program.paths);
  join(under.runs, over.program.runs);
  under.writable_ok = under.writable_ok || over.program.writable_ok;
  if (over.states_style) under.grammar.style = over.program.grammar.style;
  if (!over.states_grammar) return;
  under.grammar.known = true;
  lay_over(under.grammar, over.program.grammar);
}

Program& ProgramTable::entry(const std::string& name) {
  const auto [found, is_new] = programs_.try_emplace(name);
  if (!is_new) return found->second;
  Program& program = found->second;
  if (const Program* built_in = built_in_program(name)) {
    program.runs = built_in->runs;
    program.grammar = laid_over({std::shared_ptr<void>(), &built_in->grammar});  // it outlives us
  } else {
    program.grammar = unknown_;
  }
  return program;
}

void ProgramTable::add(const ProgramEntry& entry) {
  const Program* const like = entry.like.empty() ? nullptr : find(entry.like);
  lay_over(this->entry(entry.name), entry, like);
}

void ProgramTable::add_value_option(const std::string& name, const std::string& option) {
  Grammar& grammar = entry(name).grammar;
  grammar.value_options.insert(option);
  grammar.flags.erase(option);
}

void ProgramTable::add_value_option_of_unknown(const std::string& option) {
  unknown_.value_options.insert(option);
}

void ProgramTable::add_named(const std::string& name, const std::string& option) {
  entry(name).grammar.named.insert(option);
}

const Program* ProgramTable::find(std::string_view name) const {
  const auto found = programs_.find(name);
  return found == programs_.end() ? built_in_program(name) : &found->second;
}

bool is_multicall_name(std::string_view base_name) {
  return base_name.starts_with("busybox") || base_name.starts_with("toybox") || base_name == "coreutils" ||
         base_name == "bbsuid";
}

}  // namespace policy
