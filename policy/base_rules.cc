#include "policy/base_rules.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "config/frozen.h"
#include "config/new_node.h"
#include "policy/face.h"
#include "policy/matcher_reader.h"
#include "policy/program.h"
#include "policy/rule_set.h"
#include "policy/rules_reader.h"

#include "policy/base.inc"

namespace policy {
namespace {

using config::FrozenTree;

FrozenTree part(std::string_view key) { return config::find(frozen_base, key).value(); }

const std::vector<FrozenTree>& frozen_rules() {
  static const std::vector<FrozenTree> rules = config::items_of(part("rules"));
  return rules;
}

std::string_view base_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// The names in a matcher's `program`. False where it may be a program of another name.
bool add_programs(const FrozenTree& words, std::vector<std::string_view>& names) {
  for (const FrozenTree& each : config::items_of(words)) {
    const std::string_view word = config::scalar_of(each);
    if (word.starts_with('@')) {
      if (!add_programs(config::find(part("sets"), word.substr(1)).value(), names)) return false;
    } else if (word.find_first_of("/*?[{") != std::string_view::npos) {
      return false;
    } else {
      names.push_back(word);
    }
  }
  return true;
}

bool is_on(const FrozenTree& rule, bool (*wanted)(std::string_view event)) {
  const std::vector<FrozenTree> events = config::items_of(config::find(rule, "event").value());
  return std::any_of(events.begin(), events.end(),
                     [&](const FrozenTree& event) { return wanted(config::scalar_of(event)); });
}
bool is_exec(std::string_view event) { return event == "exec"; }
bool is_other(std::string_view event) { return event != "exec"; }

bool looks_at_environment(const FrozenTree& rule) {
  for (const char* key : {"when", "unless"}) {
    const auto matchers = config::find(rule, key);
    if (!matchers) continue;
    for (const FrozenTree& matcher : config::items_of(*matchers))
      if (config::find(matcher, "env")) return true;
  }
  return false;
}

/// The programs that a rule on exec speaks of; none where only reading it tells.
std::optional<std::vector<std::string_view>> programs_of(const FrozenTree& rule) {
  const auto when = config::find(rule, "when");
  if (!when || looks_at_environment(rule)) return std::nullopt;
  std::vector<std::string_view> names;
  for (const FrozenTree& matcher : config::items_of(*when)) {
    const auto program = config::find(matcher, "program");
    if (!program || !add_programs(*program, names)) return std::nullopt;
  }
  const auto unless = config::find(rule, "unless");
  if (!unless) return names;
  for (const FrozenTree& matcher : config::items_of(*unless)) {
    const auto program = config::find(matcher, "program");
    if (program && !add_programs(*program, names)) return std::nullopt;
  }
  return names;
}

config::Node document_of(const char* key, config::Node value) {
  return config::map_node({{"version", config::bare_node("1")}, {key, std::move(value)}});
}

/// Adds the sets that the tree names, and those that they name: all of them would be much to read.
void add_sets(const FrozenTree& tree, const Surroundings& surroundings, Sets& sets) {
  for (std::size_t at = 0; at < tree.nodes.front().size; ++at) {
    const std::string_view word = config::scalar_of({tree.nodes.subspan(at), tree.text, tree.order});
    if (!word.starts_with('@') || sets.find(word.substr(1)) != sets.end()) continue;
    const FrozenTree set = config::find(part("sets"), word.substr(1)).value();
    add_sets(set, surroundings, sets);
    std::vector<std::string> words;
    for (PlacedWord& each : read_words(config::thaw(set, base_name), {&surroundings, &sets}))
      words.push_back(std::move(each.text));
    sets.emplace(word.substr(1), std::move(words));
  }
}

}  // namespace

config::Node base_rules() { return config::thaw(frozen_base, base_name); }

BaseRules::BaseRules(Layer layer, Surroundings surroundings)
    : layer_(layer), surroundings_(std::move(surroundings)) {
  for (std::size_t number = 0; number < size(); ++number) {
    const FrozenTree& rule = frozen_rules()[number];
    if (is_on(rule, is_other)) not_on_exec_.push_back(number);
    if (!is_on(rule, is_exec)) continue;
    const auto programs = programs_of(rule);
    if (!programs) urgent_.push_back(number);
    for (const std::string_view name : programs.value_or(std::vector<std::string_view>()))
      by_program_.emplace_back(name, number);
  }
}

std::size_t BaseRules::size() const { return frozen_rules().size(); }

std::vector<std::size_t> BaseRules::all() const {
  std::vector<std::size_t> numbers(size());
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

Rule BaseRules::outline(std::size_t number) const {
  const FrozenTree& frozen = frozen_rules()[number];
  Rule rule;
  rule.id = config::scalar_of(config::find(frozen, "id").value());
  rule.place = config::place_of(frozen, base_name);
  rule.layer = layer_;
  return rule;
}

Rule BaseRules::read(std::size_t number) const {
  config::Node list;
  list.kind = config::Node::Kind::sequence;
  list.items.push_back(config::thaw(frozen_rules()[number], base_name));
  const config::Node document = document_of("rules", std::move(list));
  Sets sets;
  add_sets(frozen_rules()[number], surroundings_, sets);
  return std::move(read_rules(document, layer_, surroundings_, sets).rules.front());
}

/// What FaceMaker may take a file for is part of a name of it, or declared by the owner; but for links and
/// copies that were made elsewhere, and for the programs that are many.
std::vector<std::size_t> BaseRules::met_by(const sandbox::ExecEvent& event, const Identity& identity) {
  std::vector<std::size_t> met;
  if (all_met_) return met;
  for (const sandbox::Image& image : event.images) {
    const std::string_view own = base_of(image.file.path);
    const std::string_view self = image.argv.empty() ? own : base_of(image.argv.front());
    if (image.file.writable || !is_system_path(image.file.path) || is_multicall_name(own) ||
        is_multicall_name(self)) {
      all_met_ = true;
      return all();
    }
    meet(own, met);
    meet(base_of(image.called), met);
    meet(self, met);
    for (const Identity::Hit& hit : identity.find(image.file)) meet(base_of(hit.file->name), met);
  }
  return met;
}

std::vector<std::string_view> base_set(std::string_view name) {
  std::vector<std::string_view> words;
  for (const FrozenTree& word : config::items_of(config::find(part("sets"), name).value()))
    words.push_back(config::scalar_of(word));
  return words;
}

void BaseRules::meet(std::string_view name, std::vector<std::size_t>& met) {
  if (seen_.find(name) != seen_.end()) return;
  seen_.emplace(name);
  for (const auto& [program, number] : by_program_)
    if (name.find(program) != std::string_view::npos) met.push_back(number);
}

}  // namespace policy
