#include "policy/trial.h"

#include <fmt/core.h>

#include <algorithm>

#include "config/text.h"
#include "policy/compiled_rules.h"
#include "policy/examples.h"

namespace policy {
namespace {

/// The strictest decision; of equals one in the profile that is asked for.
Decision decide_all(const CompiledRules& compiled, const Promise& promise) {
  const std::vector<Decision> decisions = decisions_on(compiled, promise.example);
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

std::vector<Decision> decisions_on(const CompiledRules& compiled, const Example& example) {
  const Examples examples(compiled.identity, compiled.surroundings);
  const std::optional<Spoken> spoken = spoken_event(example.text);
  std::vector<Decision> decisions;
  if (!spoken) {
    for (const sandbox::ExecEvent& event : examples.events_of(example.text, example))
      decisions.push_back(decide(compiled, event, State(), Resolve::by_name));
  } else if (spoken->kind == EventKind::net) {
    for (const NetEvent& event : examples.net_events_of(spoken->what, example))
      decisions.push_back(decide(compiled, event, State(), Resolve::by_name));
  } else {
    decisions.push_back(decide(compiled, examples.file_event_of(spoken->kind, spoken->what), State()));
  }
  return decisions;
}

Trial try_rules(const std::vector<Source>& sources, const Surroundings& surroundings) {
  CompiledRules compiled = compile_rules(sources, surroundings);
  compiled.read_all();
  Trial trial;
  for (const Rule& rule : compiled.rules) {
    if (is_base(rule)) continue;
    ++trial.rules;
    trial.examples += rule.match.size() + rule.no_match.size();
    if (!rule.is_held()) ++trial.not_yet;
  }
  trial.failures = run_examples(compiled);
  trial.examples += compiled.promises.size();
  for (const Promise& promise : compiled.promises) {
    try {
      keep(compiled, promise);
    } catch (const config::BadInput& failure) {
      trial.failures.push_back(failure);
    } catch (const sys::Error& error) {
      trial.failures.emplace_back(promise.example.place, error.what());
    }
  }
  return trial;
}

}  // namespace policy
