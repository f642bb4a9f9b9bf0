#include <fmt/core.h>

#include <algorithm>

#include "policy/lint/linted.h"
#include "policy/lint/relation.h"
#include "policy/matcher_reader.h"
#include "policy/rules_reader.h"

namespace policy {
namespace {

using config::Entry;
using config::Node;

/// Below the node some scalar is this text.
bool has_text(const Node& node, const std::string& text) {
  return node.scalar == text ||
         std::any_of(node.items.begin(), node.items.end(),
                     [&](const Node& item) { return has_text(item, text); }) ||
         std::any_of(node.entries.begin(), node.entries.end(), [&](const Entry& entry) {
           return entry.key.scalar == text || has_text(entry.value, text);
         });
}

/// "@name", also as a part of a word: "@registries:443".
bool names_set(const Node& node, const std::string& set) {
  const bool here = node.scalar == set || node.scalar.starts_with(set + ":");
  return here ||
         std::any_of(node.items.begin(), node.items.end(),
                     [&](const Node& item) { return names_set(item, set); }) ||
         std::any_of(node.entries.begin(), node.entries.end(), [&](const Entry& entry) {
           return names_set(entry.key, set) || names_set(entry.value, set);
         });
}

template <class IsUsed>
void lint_entries(Linted& linted, const char* section, const char* what, const IsUsed& is_used) {
  const Node* const map = child_of(*linted.document, section);
  if (map == nullptr) return;
  for (const Entry& entry : map->entries)
    if (!is_used(entry.key.scalar))
      linted.add(entry.key.place, "unused",
                 fmt::format("nothing here uses the {} '{}'", what, entry.key.scalar),
                 "use it, or take it out");
}

bool is_profile_used(const Linted& linted, const std::string& name) {
  for (const char* section : {"rules", "delegate", "examples"})
    if (const Node* node = child_of(*linted.document, section); node != nullptr && has_text(*node, name))
      return true;
  const Node* const profiles = child_of(*linted.document, "profiles");
  return std::any_of(profiles->entries.begin(), profiles->entries.end(), [&](const Entry& entry) {
    const Node* const base = child_of(entry.value, "extends");
    return base != nullptr && base->scalar == name;
  });
}

/// How a program reads its words also matters to rules that look at the words of any program.
bool looks_at(const ProgramMatcher& matcher, const std::string& name) {
  const auto is_meant = [&](const ProgramPattern& pattern) {
    return pattern.name
               ? pattern.name->matches(name)
               : pattern.file.has_value() || pattern.text == name || pattern.text.ends_with("/" + name);
  };
  return matcher.programs.empty() || std::any_of(matcher.programs.begin(), matcher.programs.end(), is_meant);
}

bool looks_at(const Matcher& matcher, const std::string& name) {
  const bool words = matcher.program.args || matcher.program.verbatim || matcher.program.options ||
                     matcher.paths || !matcher.argc.empty();
  if (looks_at(matcher.program, name) && (words || !matcher.program.programs.empty())) return true;
  for (const auto* callers : {&matcher.parent, &matcher.ancestor})
    for (const ProgramMatcher& caller : *callers)
      if (looks_at(caller, name)) return true;
  return false;
}

bool is_program_used(const Linted& linted, const std::string& name) {
  for (const Rule& rule : linted.compiled.rules)
    for (const auto* matchers : {&rule.when, &rule.unless})
      for (const Matcher& matcher : *matchers)
        if (looks_at(matcher, name)) return true;
  // Another entry may be like it or be made of it, and a profile may be inherited by it.
  for (const char* section : {"programs", "profiles", "delegate"}) {
    const Node* const node = child_of(*linted.document, section);
    if (node == nullptr) continue;
    for (const Entry& entry : node->entries)
      if (entry.key.scalar != name && has_text(entry.value, name)) return true;
  }
  return false;
}

void lint_exceptions(Linted& linted) {
  const Vocabulary vocabulary{&linted.compiled.surroundings, &linted.file.sets};
  for (const Exception& exception : linted.file.exceptions) {
    const auto rule = std::find_if(linted.compiled.rules.begin(), linted.compiled.rules.end(),
                                   [&](const Rule& each) { return each.id == exception.rule; });
    if (rule == linted.compiled.rules.end()) continue;
    for (const Matcher& matcher : read_matchers(*exception.when, vocabulary)) {
      std::string why = contradiction_in(matcher);
      if (why.empty()) why = contradiction_with_all(*rule, matcher, linted.compiled.identity);
      if (!why.empty())
        linted.add(exception.place, "idle-except",
                   fmt::format("this takes nothing back of {}: {}", described(*rule), why),
                   "correct it, or take it out");
    }
  }
}

}  // namespace

void lint_names(Linted& linted) {
  lint_entries(linted, "sets", "set",
               [&](const std::string& name) { return names_set(*linted.document, "@" + name); });
  lint_entries(linted, "profiles", "profile",
               [&](const std::string& name) { return is_profile_used(linted, name); });
  lint_entries(linted, "programs", "program",
               [&](const std::string& name) { return is_program_used(linted, name); });
  lint_exceptions(linted);
}

}  // namespace policy
