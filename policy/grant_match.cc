#include "policy/grant_match.h"

#include <algorithm>

#include "policy/rule_match.h"

namespace policy {

bool holds(const CompiledRules& compiled, const Grant& grant, const Seen& event) {
  Scene scene = event.scene;
  set_layer(compiled, grant.layer, scene);
  scene.programs = compiled.grant_programs[static_cast<std::size_t>(grant.layer)].get();
  return hold_narrowly(grant.when, event.faces, scene);
}

const Grant* grant_for(const CompiledRules& compiled, const std::string& id, const Rule* rule,
                       const Seen& event) {
  const auto answers = [&](const Grant& grant) {
    return grant.names(id) && !grant.is_expired(event.scene.state->now) &&
           (rule == nullptr || grant.may_answer(*rule)) && holds(compiled, grant, event);
  };
  const auto grant = std::find_if(compiled.grants.begin(), compiled.grants.end(), answers);
  return grant == compiled.grants.end() ? nullptr : &*grant;
}

}  // namespace policy
