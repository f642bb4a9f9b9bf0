#pragma once
/// A rules file under the lens: what it says, where, and with what else it is read.

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "policy/compiled_rules.h"
#include "policy/lint/lint.h"

namespace policy {

struct LintedRule {
  const Rule* rule = nullptr;
  const config::Node* node = nullptr;
};

struct Linted {
  const config::Node* document = nullptr;
  State here;
  CompiledRules compiled;         ///< the file with what it is read with
  RulesFile file;                 ///< the file alone
  std::vector<LintedRule> rules;  ///< those of the file
  /// What is known of programs without the file's rules: the table, the file's `programs`, and builtin:base.
  ProgramTable vocabulary;
  std::set<const Rule*> dead;
  std::vector<Finding> findings;

  void add(const config::Place& place, std::string kind, std::string sentence, std::string mend) {
    findings.push_back({place, std::move(kind), std::move(sentence), std::move(mend)});
  }
};

// Each looks for faults of one nature.
void lint_matchers(Linted& linted);  ///< a rule by itself: dead, swallowed, broad
void lint_programs(Linted& linted);  ///< programs, their commands and options
void lint_pairs(Linted& linted);     ///< rules that say the same, or contradict each other
void lint_names(Linted& linted);     ///< what is defined and not used
void lint_effect(Linted& linted);    ///< what is not tested or is not held
void lint_layers(Linted& linted);    ///< what does not count, as the layers stand
void lint_grants(Linted& linted);    ///< grants that do nothing

/// The value at the key of a map; null where there is none.
const config::Node* child_of(const config::Node& map, std::string_view key);
/// Of the rule's `when` or `unless` the alternative of that number; the rule where it is not written there.
const config::Node& alternative_of(const config::Node& rule, std::string_view section, std::size_t number);
/// All that the rule has under `when`; the rule where it has none.
const config::Node& when_of(const config::Node& rule);
/// Where the word is written below the node, as a value or a key; else where the node begins.
config::Place place_of(const config::Node& node, std::string_view word);

/// "'git.push' at rules.yaml:3:5".
std::string described(const Rule& rule);

}  // namespace policy
