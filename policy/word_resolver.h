#pragma once
/// Parts of a rules file with sets and variables written out.

#include "config/shape.h"
#include "policy/rule.h"
#include "policy/surroundings.h"

namespace policy {

/// `node` is of the shape. `sets` are those that it may name.
config::Node resolve_words(const config::Node& node, const config::Shape& shape, const Sets& sets,
                           const Surroundings& surroundings);

}  // namespace policy
