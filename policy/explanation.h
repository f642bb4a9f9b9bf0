#pragma once
/// `policy explain`: an event, what each rule makes of it, and what is decided.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "policy/decision.h"
#include "policy/explain.h"

namespace policy {

struct Explanation {
  std::vector<std::string> words;  ///< of the event, like a command line
  nlohmann::ordered_json event;
  Decision decision;
  std::vector<ExplainedRule> rules;
};

/// First the rules, then the decision and the rules that matched. Those that name other programs are only
/// counted, unless `all` are asked for. Visible text; `home` is what "~" stands for; ends in a newline.
std::string explanation_text(const Explanation& explanation, const std::string& home, bool all);

/// {"event":…,"rules":[{"rule","verdict","source","outcome","why":[…]}],"other_programs":12,"decision":…}:
/// see decision_json.h. An outcome is "matches", "fails", "excepted", "other program" or "not counted".
nlohmann::ordered_json explanation_json(const Explanation& explanation, const State& state, bool all);

}  // namespace policy
