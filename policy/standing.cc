#include "policy/standing.h"

#include <algorithm>

#include "policy/rule_match.h"

namespace policy {
namespace {

std::size_t index_of(Layer layer) { return static_cast<std::size_t>(layer); }

template <class Value>
bool has(const std::vector<Value>& list, const Value& wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

bool covers(const Delegation& delegation, const Rule& rule, EventKind kind) {
  return has(delegation.events, kind) && (rule.profile.empty() || has(delegation.profiles, rule.profile));
}

}  // namespace

Layers own_layer(const Rule& rule) {
  Layers own;
  own.set(index_of(rule.layer));
  return own;
}

Layers standing_of(const CompiledRules& compiled, const Rule& rule, EventKind kind,
                   const std::function<bool(const Delegation&)>& holds) {
  Layers standing = own_layer(rule);
  for (std::size_t above = index_of(rule.layer); above-- > 0;)
    for (const Delegation& delegation : compiled.delegations)
      if (index_of(delegation.from) == above && index_of(delegation.to) > above &&
          standing.test(index_of(delegation.to)) && covers(delegation, rule, kind) && holds(delegation))
        standing.set(above);
  return standing;
}

Layers standing_of(const CompiledRules& compiled, const Rule& rule, EventKind kind, const Seen& event) {
  if (compiled.delegations.empty()) return own_layer(rule);
  return standing_of(compiled, rule, kind, [&](const Delegation& delegation) {
    Scene scene = event.scene;
    set_layer(compiled, delegation.from, scene);
    return hold_narrowly(delegation.when, event.faces, scene);
  });
}

bool may_choose_profile(const Layers& standing) {
  return standing.test(index_of(Layer::system)) || standing.test(index_of(Layer::user));
}

bool counts(const Rule& rule, const Layers& standing) {
  return rule.verdict != Verdict::allow || rule.profile.empty() || may_choose_profile(standing);
}

Layers answered_by(const Rule& rule, const Layers& standing) {
  Layers answered = standing;
  for (std::size_t below = index_of(rule.layer); below < layer_count; ++below) answered.set(below);
  return answered;
}

}  // namespace policy
