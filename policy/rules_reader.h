#pragma once
/// From a document to rules, strictly: what is not understood is an error that names its place and the
/// nearest valid word.

#include <string>
#include <vector>

#include "policy/rule.h"

namespace policy {

/// `sets` are those of the files above; they may be named here. `document` must outlive the result.
RulesFile read_rules(const config::Node& document, Layer layer, const Surroundings& surroundings,
                     const Sets& sets);

/// Profiles that exist without being written.
extern const std::vector<std::string> built_in_profiles;

}  // namespace policy
