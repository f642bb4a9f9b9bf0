#include "policy/lint/lint.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "policy/lint/linted.h"
#include "policy/lint/vocabulary.h"
#include "policy/rules_reader.h"

namespace policy {
namespace {

const config::Node* find_word(const config::Node& node, std::string_view word) {
  if (node.kind == config::Node::Kind::scalar) return node.scalar == word ? &node : nullptr;
  for (const config::Node& item : node.items)
    if (const config::Node* found = find_word(item, word)) return found;
  for (const config::Entry& entry : node.entries) {
    if (entry.key.scalar == word) return &entry.key;
    if (const config::Node* found = find_word(entry.value, word)) return found;
  }
  return nullptr;
}

/// A file's rules are compiled in the order in which they are written.
std::vector<LintedRule> rules_of(const CompiledRules& compiled, const config::Node& document) {
  std::vector<LintedRule> rules;
  const config::Node* const nodes = child_of(document, "rules");
  if (nodes == nullptr) return rules;
  for (const Rule& rule : compiled.rules)
    if (rule.place.file == document.place.file) rules.push_back({&rule, &nodes->items.at(rules.size())});
  return rules;
}

void add_options(const ProgramMatcher& matcher, ProgramTable& table) {
  if (!matcher.options) return;
  for (const ProgramPattern& pattern : matcher.programs) {
    if (pattern.kind != ProgramPattern::Kind::name) continue;
    for (const std::string& option : options_in(*matcher.options)) table.add_named(pattern.text, option);
  }
}

ProgramTable vocabulary_of(const RulesFile& file, const Surroundings& surroundings) {
  ProgramTable table;
  for (const ProgramEntry& entry : file.programs) table.add(entry);
  const config::Node document = base_rules();
  const RulesFile base = read_rules(document, Layer::user, surroundings, {});
  for (const Rule& rule : base.rules)
    for (const Matcher& matcher : rule.when) add_options(matcher.program, table);
  return table;
}

auto order_of(const Finding& finding) {
  return std::tie(finding.place.file, finding.place.line, finding.place.column, finding.kind);
}

}  // namespace

const config::Node* child_of(const config::Node& map, std::string_view key) {
  for (const config::Entry& entry : map.entries)
    if (entry.key.scalar == key) return &entry.value;
  return nullptr;
}

const config::Node& alternative_of(const config::Node& rule, std::string_view section, std::size_t number) {
  const config::Node* const node = child_of(rule, section);
  if (node == nullptr) return rule;
  if (node->kind != config::Node::Kind::sequence) return number == 0 ? *node : rule;
  return number < node->items.size() ? node->items[number] : rule;
}

const config::Node& when_of(const config::Node& rule) {
  const config::Node* const when = child_of(rule, "when");
  return when == nullptr ? rule : *when;
}

config::Place place_of(const config::Node& node, std::string_view word) {
  const config::Node* const found = find_word(node, word);
  return found == nullptr ? node.place : found->place;
}

std::string described(const Rule& rule) { return "'" + rule.id + "' at " + config::text_of(rule.place); }

std::vector<Finding> lint(const Source& file, const std::vector<Source>& others,
                          const Surroundings& surroundings, const State& here) {
  std::vector<Source> sources = others;
  sources.push_back(file);
  Linted linted{&file.document, here, compile_rules(sources, surroundings), {}, {}, {}, {}, {}};
  linted.compiled.read_all();
  if (file.holds == Source::Holds::grants) {
    lint_grants(linted);
  } else {
    for (const config::BadInput& failure : run_examples(linted.compiled)) throw failure;
    for (const Source& source : sources)
      if (source.holds == Source::Holds::rules)
        linted.file = read_rules(source.document, source.layer, surroundings, linted.file.sets);
    linted.vocabulary = vocabulary_of(linted.file, surroundings);
    linted.rules = rules_of(linted.compiled, file.document);
    for (const auto check : {lint_matchers, lint_programs, lint_pairs, lint_names, lint_effect, lint_layers})
      check(linted);
  }
  std::sort(linted.findings.begin(), linted.findings.end(),
            [](const Finding& one, const Finding& other) { return order_of(one) < order_of(other); });
  return std::move(linted.findings);
}

}  // namespace policy
