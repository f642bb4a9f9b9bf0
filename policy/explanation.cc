#include "policy/explanation.h"

#include <fmt/core.h>

#include <algorithm>

#include "policy/decision_json.h"
#include "policy/denial.h"
#include "sandbox/sys/text.h"

namespace policy {
namespace {

using Json = nlohmann::ordered_json;
using Outcome = ExplainedRule::Outcome;

std::string source_of(const config::Place& place) { return sys::visible(config::text_of(place)); }

std::size_t count_others(const std::vector<ExplainedRule>& rules) {
  return static_cast<std::size_t>(std::count_if(rules.begin(), rules.end(), [](const ExplainedRule& rule) {
    return rule.outcome == Outcome::other_program;
  }));
}

const char* sentence_on(Outcome outcome) {
  switch (outcome) {
    case Outcome::matches:
      return "matches";
    case Outcome::fails:
      return "does not match";
    case Outcome::excepted:
      return "is taken back";
    case Outcome::other_program:
      return "is about other programs";
    case Outcome::not_counted:
      return "matches, and does not count: nobody has delegated its profile to its layer";
  }
  return "";
}

/// A rule with many alternatives fails in as many ways, and the first tell enough.
constexpr std::size_t most_reasons = 3;

void add_reasons(const std::vector<std::string>& why, std::size_t most, std::string& text) {
  for (std::size_t i = 0; i < std::min(most, why.size()); ++i) text += "    " + why[i] + "\n";
  if (why.size() > most) text += fmt::format("    … and in {} more ways\n", why.size() - most);
}

}  // namespace

std::string explanation_text(const Explanation& explanation, const std::string& home, bool all) {
  std::string text = sys::command_line(explanation.words) + "\n";
  for (const ExplainedRule& rule : explanation.rules) {
    if (rule.outcome == Outcome::other_program && !all) continue;
    text += fmt::format("  {} ({}, {}) {}\n", rule.rule, name_of(rule.verdict), source_of(rule.place),
                        sentence_on(rule.outcome));
    add_reasons(rule.why, all ? rule.why.size() : most_reasons, text);
  }
  const std::size_t others = all ? 0 : count_others(explanation.rules);
  if (others > 0)
    text += fmt::format("  {} more {} about other programs\n", others, others == 1 ? "is" : "are");
  text += denial_text(explanation.decision, explanation.words, home) + "\n";
  for (const Matched& match : explanation.decision.matched)
    text +=
        fmt::format("  matched: {} ({}), {}\n", match.rule, name_of(match.verdict), source_of(match.place));
  return text;
}

Json explanation_json(const Explanation& explanation, const State& state, bool all) {
  Json rules = Json::array();
  for (const ExplainedRule& rule : explanation.rules) {
    if (rule.outcome == Outcome::other_program && !all) continue;
    rules.push_back({{"rule", rule.rule},
                     {"verdict", name_of(rule.verdict)},
                     {"source", source_of(rule.place)},
                     {"outcome", name_of(rule.outcome)},
                     {"why", rule.why}});
  }
  return {{"event", explanation.event},
          {"rules", std::move(rules)},
          {"other_programs", count_others(explanation.rules)},
          {"decision", decision_json(explanation.decision, state)}};
}

}  // namespace policy
