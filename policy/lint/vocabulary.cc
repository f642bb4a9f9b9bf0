#include "policy/lint/vocabulary.h"

#include <algorithm>

#include "policy/built_in.h"
#include "policy/word_list.h"
#include "policy/wrapper.h"

namespace policy {
namespace {

void add_options(const Command& command, Names& options);

void add_options_of_commands(const Command& command, Names& options) {
  for (const auto& [name, below] : command.commands) add_options(below, options);
  if (!command.built_in) return;
  for (const std::string& name : built_in_commands(*command.built_in))
    if (const Command* below = built_in_command(*command.built_in, name)) add_options(*below, options);
}

void add_options(const Command& command, Names& options) {
  for (const Names* names :
       {&command.value_options, &command.attached_options, &command.flags, &command.last_options})
    options.insert(names->begin(), names->end());
  add_options_of_commands(command, options);
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Behind what they have in common at the beginning and at the end.
struct Difference {
  std::string_view one, other;
  bool is_inside = false;  ///< both have something in common at the end, too
};

Difference difference_of(std::string_view one, std::string_view other) {
  while (!one.empty() && !other.empty() && one.front() == other.front()) {
    one.remove_prefix(1);
    other.remove_prefix(1);
  }
  Difference difference{one, other, false};
  while (!difference.one.empty() && !difference.other.empty() &&
         difference.one.back() == difference.other.back()) {
    difference.one.remove_suffix(1);
    difference.other.remove_suffix(1);
    difference.is_inside = true;
  }
  return difference;
}

bool is_slip(std::string_view word, std::string_view known) {
  const Difference difference = difference_of(word, known);
  const auto& [one, other, is_inside] = difference;
  if (!std::all_of(one.begin(), one.end(), is_letter) || !std::all_of(other.begin(), other.end(), is_letter))
    return false;
  if (one.size() == 2 && other.size() == 2) return one[0] == other[1] && one[1] == other[0];
  constexpr std::size_t long_word = 7;
  return is_inside && std::min(word.size(), known.size()) >= long_word && one.size() <= 1 &&
         other.size() <= 1;
}

constexpr std::string_view interpreters =
    " fish tcsh csh python pypy perl ruby node nodejs deno bun php lua luajit awk gawk mawk nawk tclsh wish "
    "expect "
    "Rscript pwsh gdb ";
constexpr std::string_view starters = " find busybox toybox gatehouse ";

/// "python3.11" is python.
std::string_view unversioned(std::string_view name) {
  const std::size_t end = name.find_last_not_of("0123456789.");
  return end == std::string_view::npos ? name : name.substr(0, end + 1);
}

}  // namespace

Names options_of(const Program& program) {
  Names options = program.grammar.named;
  add_options(program.grammar, options);
  for (const Grammar* under = program.grammar.under.get(); under != nullptr; under = under->under.get())
    add_options(*under, options);
  return options;
}

Names options_in(const OptionsMatcher& matcher) {
  Names names(matcher.any.begin(), matcher.any.end());
  for (const auto& alternatives : matcher.all) names.insert(alternatives.begin(), alternatives.end());
  names.insert(matcher.none.begin(), matcher.none.end());
  if (matcher.only) names.insert(matcher.only->begin(), matcher.only->end());
  for (const auto& [name, values] : matcher.values) names.insert(name);
  return names;
}

Names commands_of(const Program& program) {
  Names commands;
  for (const Grammar* grammar = &program.grammar; grammar != nullptr; grammar = grammar->under.get()) {
    for (const auto& [name, command] : grammar->commands) commands.insert(name);
    if (!grammar->built_in) continue;
    for (std::string& name : built_in_commands(*grammar->built_in)) commands.insert(std::move(name));
  }
  return commands;
}

std::string meant(std::string_view word, const Names& known) {
  const auto found =
      std::find_if(known.begin(), known.end(), [&](const std::string& each) { return is_slip(word, each); });
  return found == known.end() ? "" : *found;
}

bool is_interpreter(std::string_view name) {
  return lists(shells, name) || lists(interpreters, unversioned(name));
}

bool is_wrapper(std::string_view name) { return starts_its_words(name) || lists(starters, name); }

}  // namespace policy
