#include "policy/import/imported.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "config/new_node.h"
#include "config/yaml_text.h"
#include "sandbox/sys/text.h"

namespace policy {
namespace {

using config::Node;

constexpr std::string_view id_characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

std::string comment(const ImportNote& note) {
  std::string text =
      fmt::format("{}: {}: {}", config::text_of(note.place), note.what, name_of(note.fidelity));
  if (!note.why.empty()) text += ": " + note.why;
  return "# " + sys::visible(text) + "\n";
}

void add_examples(const char* key, const std::vector<ImportedExample>& examples, std::string& text) {
  if (examples.empty()) return;
  text += fmt::format("      {}:\n", key);
  for (const ImportedExample& example : examples)
    text += "        - " + config::scalar_text(example.text) + "\n";
}

std::string rule_text(const ImportedRule& rule) {
  std::string text = "  " + comment(rule.note);
  text += fmt::format(
      "  - id: {}\n    event: {}\n", rule.id,
      rule.events.size() == 1 ? rule.events.front() : config::flow_text(config::list_node(rule.events)));
  if (rule.when.kind == Node::Kind::sequence) {
    text += "    when:\n";
    for (const Node& each : rule.when.items) text += "      - " + config::flow_text(each) + "\n";
  } else if (!rule.when.entries.empty()) {
    text += "    when: " + config::flow_text(rule.when) + "\n";
  }
  text += fmt::format("    verdict: {}\n", name_of(rule.verdict));
  if (!rule.reason.empty()) text += "    reason: " + config::scalar_text(rule.reason) + "\n";
  if (!rule.match.empty() || !rule.no_match.empty()) text += "    examples:\n";
  add_examples("match", rule.match, text);
  add_examples("no_match", rule.no_match, text);
  return text;
}

void make_ids_unique(std::vector<ImportedRule>& rules) {
  std::set<std::string> taken;
  std::map<std::string, int> last;
  for (ImportedRule& rule : rules) {
    const std::string wanted = rule.id;
    while (!taken.insert(rule.id).second)
      rule.id = fmt::format("{}-{}", wanted, 1 + std::max(1, last[wanted]++));
  }
}

std::string head_text(const ImportDraft& draft) {
  std::string text = "# " + sys::visible("Imported by gatehouse policy import from " + draft.title) + "\n";
  text +=
      "# They hold wherever in a command's tree a program starts; deny and ask also for its other names.\n"
      "version: 1\n";
  if (!draft.defaults.empty()) {
    std::vector<std::pair<std::string, Node>> defaults;
    for (const auto& [event, verdict] : draft.defaults)
      defaults.emplace_back(event, config::text_node(name_of(verdict)));
    text += "defaults: " + config::flow_text(config::map_node(std::move(defaults))) + "\n";
  }
  if (!draft.sets.empty()) text += "sets:\n";
  for (const ImportedSet& set : draft.sets)
    text +=
        fmt::format("  # {}\n  {}: {}\n", set.why, set.name, config::flow_text(config::list_node(set.words)));
  if (!draft.programs.empty()) text += "programs:\n";
  for (const auto& [name, paths] : draft.programs)
    text += fmt::format("  {}: {{paths: {}}}\n", config::scalar_text(name),
                        config::flow_text(config::list_node(paths)));
  return text;
}

}  // namespace

const char* name_of(Fidelity fidelity) {
  constexpr const char* names[] = {"exact", "widened", "narrowed", "dropped"};
  return names[static_cast<std::size_t>(fidelity)];
}

std::string id_of(const std::vector<std::string>& words) {
  constexpr std::size_t longest = 60;
  std::string id;
  for (const std::string& word : words) {
    std::string part;
    for (const char c : word) {
      const bool is_divider = id_characters.find(c) == std::string_view::npos;
      if (!is_divider || (!part.empty() && part.back() != '-')) part.push_back(is_divider ? '-' : c);
    }
    while (part.ends_with('-')) part.pop_back();
    if (!part.empty() && id.size() + part.size() < longest) id += (id.empty() ? "" : ".") + part;
  }
  return id;
}

std::string yaml_text(ImportDraft& draft) {
  make_ids_unique(draft.rules);
  std::string text = head_text(draft);
  text += draft.rules.empty() ? "rules: []\n" : "rules:\n";
  for (const ImportedRule& rule : draft.rules) text += rule_text(rule);
  for (const ImportNote& note : draft.notes) text += comment(note);
  return text;
}

}  // namespace policy
