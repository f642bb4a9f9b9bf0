#include "policy/trial.h"

#include "policy/compiled_rules.h"

namespace policy {

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
  return trial;
}

}  // namespace policy
