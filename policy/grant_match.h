#pragma once

#include "policy/seen.h"

namespace policy {

/// Whether its `when` holds, narrowly. The grant is one of the rules'.
bool holds(const CompiledRules& compiled, const Grant& grant, const Seen& event);

/// The first grant that answers an ask of the rule, or of the default of that id where `rule` is null; null
/// where none does.
const Grant* grant_for(const CompiledRules& compiled, const std::string& id, const Rule* rule,
                       const Seen& event);

}  // namespace policy
