#pragma once
/// Which rules are in force: the system's always, then the files that were named, or else the user's, or else
/// builtin:base.

#include <string>
#include <vector>

#include "policy/rule_set.h"
#include "shelltool/setup/places.h"

namespace shelltool {

/// Where they come from, whether there is a file or not.
std::vector<std::string> paths_of_rules(const Places& places, const std::vector<std::string>& named);

/// The documents in layer order. Throws config::BadInput for a file that cannot be read or parsed, and for a
/// system file that others than root may write.
std::vector<policy::Source> read_rules_files(const Places& places, const std::vector<std::string>& named);

}  // namespace shelltool
