#include "config/frozen.h"
#include "policy/rule_set.h"

#include "policy/base_rules.inc"

namespace policy {

config::Node base_rules() { return config::thaw(frozen_base, base_name); }

}  // namespace policy
