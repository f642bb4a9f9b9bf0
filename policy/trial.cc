#include "policy/trial.h"

#include <fmt/core.h>

#include <algorithm>

#include "config/text.h"
#include "policy/compiled_rules.h"
#include "policy/examples.h"

namespace policy {
namespace {

/// The decision on the command that is decided most strictly; of equals one in the profile that is asked for.
Decision decide_all(const CompiledRules& compiled, const Promise& promise) {
  const Examples examples(compiled.identity, compiled.surroundings);
  std::vector<Decision> decisions;
  for (const sandbox::ExecEvent& event : examples.events_of(promise.example.text, promise.example))
    decisions.push_back(decide(compiled, event, State(), Resolve::by_name));
  if (decisions.empty()) throw config::BadInput(promise.example.place, "nothing in it starts a program");
  return *std::max_element(decisions.begin(), decisions.end(),
                           [&](const Decision& one, const Decision& other) {
                             if (one.verdict != other.verdict) return one.verdict < other.verdict;
                             return one.profile != promise.profile && other.profile == promise.profile;
                           });
}

void keep(const CompiledRules& compiled, const Promise& promise) {
  const Decision decision = decide_all(compiled, promise);
  const std::string shown = config::shown(promise.example.text);
  if (decision.verdict != promise.verdict)
    throw config::BadInput(
        promise.example.place,
        fmt::format("these rules should say {} to this example, and say {} ({}): {}",
                    name_of(promise.verdict), name_of(decision.verdict), decision.rule, shown));
  if (!promise.profile.empty() && decision.profile != promise.profile)
    throw config::BadInput(
        promise.example.place,
        fmt::format("this example should run in profile '{}', and runs in {}: {}", promise.profile,
                    decision.profile.empty() ? "none" : "'" + decision.profile + "'", shown));
}

}  // namespace

Trial try_rules(const std::vector<Source>& sources, const Surroundings& surroundings) {
  const CompiledRules compiled = compile_rules(sources, surroundings);
  Trial trial;
  for (const Rule& rule : compiled.rules) {
    if (is_base(rule)) continue;
    ++trial.rules;
    trial.examples += rule.match.size() + rule.no_match.size();
    if (!rule.is_for(EventKind::exec)) ++trial.not_yet;
  }
  trial.failures = run_examples(compiled);
  trial.examples += compiled.promises.size();
  for (const Promise& promise : compiled.promises) {
    try {
      keep(compiled, promise);
    } catch (const config::BadInput& failure) {
      trial.failures.push_back(failure);
    }
  }
  return trial;
}

}  // namespace policy
