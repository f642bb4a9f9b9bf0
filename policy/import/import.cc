#include "policy/import/import.h"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>

#include "config/file.h"
#include "config/shape.h"
#include "config/text.h"
#include "policy/import/code_variables.h"
#include "policy/trial.h"

namespace policy {
namespace {

using config::BadInput;
using config::find;
using config::Node;

bool is_at(const config::Place& one, const config::Place& other) {
  return std::tie(one.line, one.column) == std::tie(other.line, other.column);
}

/// Takes those out of `examples` whose node in the file is where a failure was met.
void take_failed(const Node* list, const std::vector<BadInput>& failures, bool wanted,
                 std::vector<ImportedExample>& examples, std::vector<BadInput>& left_out) {
  std::vector<ImportedExample> kept;
  for (std::size_t index = 0; index < examples.size(); ++index) {
    const auto failure = std::find_if(failures.begin(), failures.end(), [&](const BadInput& each) {
      return is_at(each.place(), list->items[index].place);
    });
    if (failure == failures.end()) {
      kept.push_back(std::move(examples[index]));
      continue;
    }
    const bool is_unclear = std::string_view(failure->what()).find("should") == std::string_view::npos;
    left_out.emplace_back(examples[index].place,
                          fmt::format("this example is left out, {}: {}",
                                      is_unclear ? "for it cannot be tried"
                                      : wanted   ? "for the rule as imported does not match it"
                                                 : "for the rule as imported matches it too",
                                      config::shown(examples[index].text)));
  }
  examples = std::move(kept);
}

/// The examples are written in the order of the draft, so its rules and those of the file correspond.
void leave_failed_out(ImportDraft& draft, const Node& document, const std::vector<BadInput>& failures,
                      std::vector<BadInput>& left_out) {
  const std::vector<Node>& rules = find(document, "rules")->items;
  for (std::size_t index = 0; index < rules.size(); ++index) {
    const Node* const examples = find(rules[index], "examples");
    if (examples == nullptr) continue;
    ImportedRule& rule = draft.rules[index];
    take_failed(find(*examples, "match"), failures, true, rule.match, left_out);
    take_failed(find(*examples, "no_match"), failures, false, rule.no_match, left_out);
  }
}

Trial try_text(const std::string& yaml, const Surroundings& surroundings, Node& document) {
  if (yaml.size() > config::max_file_bytes)
    throw sys::Error(sys::Kind::invalid, "importing rules: the rules file would be larger than {} MiB",
                     config::max_file_bytes >> 20);
  document = config::read_yaml(yaml, "the imported rules");
  return try_rules({{Layer::user, document}}, surroundings);
}

}  // namespace

std::size_t Import::count(Fidelity fidelity) const {
  return static_cast<std::size_t>(std::count_if(
      notes.begin(), notes.end(), [&](const ImportNote& note) { return note.fidelity == fidelity; }));
}

Import finish_import(ImportDraft draft, const Surroundings& surroundings) {
  Import import;
  Node document;
  add_code_variables(draft);
  import.yaml = yaml_text(draft);
  Trial trial = try_text(import.yaml, surroundings, document);
  if (!trial.failures.empty()) {
    leave_failed_out(draft, document, trial.failures, import.left_out);
    import.yaml = yaml_text(draft);
    trial = try_text(import.yaml, surroundings, document);
    if (!trial.failures.empty())
      throw sys::Error(sys::Kind::internal, "importing rules: {}", trial.failures.front().what());
  }
  import.not_in_force = trial.not_yet;
  import.notes = std::move(draft.notes);
  for (ImportedRule& rule : draft.rules) import.notes.push_back(std::move(rule.note));
  std::stable_sort(
      import.notes.begin(), import.notes.end(), [](const ImportNote& one, const ImportNote& other) {
        return std::tie(one.place.line, one.place.column) < std::tie(other.place.line, other.place.column);
      });
  return import;
}

}  // namespace policy
