#include <fmt/core.h>

#include "config/text.h"
#include "policy/lint/linted.h"
#include "policy/lint/relation.h"

namespace policy {
namespace {

/// Where none of its matchers can hold together with the rule: why not the first.
std::string never_met(const Grant& grant, const Rule& rule, const Identity& identity) {
  std::string first;
  for (const Matcher& matcher : grant.when) {
    std::string why = contradiction_in(matcher);
    if (why.empty()) why = contradiction_with_all(rule, matcher, identity);
    if (why.empty()) return "";
    if (first.empty()) first = std::move(why);
  }
  return first;
}

std::string mend_for(const CompiledRules& compiled, const std::string& id, const Rule* rule) {
  if (rule != nullptr) return "correct it, or take it out";
  std::vector<std::string> ids;
  for (const Rule& each : compiled.rules) ids.push_back(each.id);
  const std::string near = config::nearest(id, ids);
  return near.empty() ? "name a rule that asks, or take it out" : fmt::format("did you mean '{}'?", near);
}

}  // namespace

void lint_grants(Linted& linted) {
  const CompiledRules& compiled = linted.compiled;
  for (const Grant& grant : compiled.grants) {
    if (grant.place.file != linted.document->place.file) continue;
    if (grant.is_expired(linted.here.now)) {
      linted.add(grant.place, "idle-grant", fmt::format("this grant counted until {}", grant.until->text),
                 "take it out, or let it count for longer");
      continue;
    }
    for (const std::string& id : grant.answers) {
      const Rule* const rule = compiled.find_rule(id);
      std::string why = idle_reason(grant, id, rule, linted.here.now);
      if (why.empty() && rule != nullptr) why = never_met(grant, *rule, compiled.identity);
      if (!why.empty())
        linted.add(grant.place, "idle-grant", fmt::format("this grant does nothing to '{}': {}", id, why),
                   mend_for(compiled, id, rule));
    }
  }
}

}  // namespace policy
