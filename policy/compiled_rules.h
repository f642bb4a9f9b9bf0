#pragma once
/// Rules files, put together: what a RuleSet decides with.

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policy/base_rules.h"
#include "policy/grant.h"
#include "policy/profiles.h"
#include "policy/rule.h"
#include "policy/rule_index.h"
#include "policy/rule_set.h"
#include "policy/target_index.h"

namespace policy {

struct CompiledRules {
  explicit CompiledRules(const Surroundings& where) : surroundings(where), identity(where) {}

  Surroundings surroundings;
  Identity identity;
  /// How the rules of each layer read words: what a lower layer says about a program changes nothing above
  /// it.
  std::array<std::shared_ptr<ProgramTable>, layer_count> programs;
  std::vector<const ProgramTable*> distinct_programs;
  std::vector<Rule>
      rules;  ///< by layer, then as written; of builtin:base those that are still to be read, too
  std::optional<BaseRules> base;
  std::size_t first_of_base = 0;                 ///< in `rules`
  RuleIndex index;                               ///< of those on exec
  std::array<TargetIndex, event_kinds> targets;  ///< of those on the other events, by event
  /// What each layer states, by event. Of the owner's two layers, system and user, one always does: what they
  /// leave out is theirs as the design says, so that a layer below can only tighten it.
  std::array<std::array<std::optional<Default>, layer_count>, event_kinds> defaults;
  std::vector<Delegation> delegations;
  std::vector<Grant> grants;  ///< the system's first
  /// How those of each layer read words: as its rules do, and what grants say about options changes no rule.
  std::array<std::shared_ptr<ProgramTable>, layer_count> grant_programs;
  std::vector<Promise> promises;
  /// Of the system's and the user's files, the system's first: a profile may widen.
  std::vector<Profile> profiles;
  bool reads_environment = false;
  std::uint64_t generation = 1;

  /// Reads what builtin:base may have to say of the event, or all that it says.
  void prepare_for(const sandbox::ExecEvent& event);
  void prepare_for_other_events();
  void read_all();
  /// Makes a rule found, and its programs known.
  void take_in(RuleIndex::Number number);
  /// Makes the programs known, and what has to be read of an event.
  void look_at(const std::vector<Matcher>& matchers);
  [[nodiscard]] const ProgramTable& programs_of(Layer layer) const {
    return *programs[static_cast<std::size_t>(layer)];
  }
  [[nodiscard]] const Rule* find_rule(std::string_view id) const;

 private:
  void learn_options(const Rule& rule);
  void read_base(const std::vector<std::size_t>& numbers);
};

/// Throws config::BadInput. Reads the disk: programs are looked up, and links in the patterns' directories.
CompiledRules compile_rules(std::vector<Source> sources, const Surroundings& surroundings);

/// The strictest that the layers state whose defaults are not answered; allow where they state nothing.
Default default_of(const CompiledRules& compiled, EventKind kind, const Layers& answered = {});

/// What all rules together say. With `by_name` as if no link existed: for examples.
Decision decide(const CompiledRules& compiled, const sandbox::ExecEvent& event, const State& state,
                Resolve resolve);
Decision decide(const CompiledRules& compiled, const FileEvent& event, const State& state);
Decision decide(const CompiledRules& compiled, const NetEvent& event, const State& state, Resolve resolve);

/// One of builtin:base.
bool is_base(const Rule& rule);

/// Every example that fails, in the order of the rules. Those of builtin:base are ours to test, not each
/// start's.
std::vector<config::BadInput> run_examples(const CompiledRules& compiled);

}  // namespace policy
