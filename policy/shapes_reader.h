#pragma once
/// Parts of a rules file that are checked for their shape only: their effect comes with profiles and
/// delegation.

#include <string>
#include <vector>

#include "policy/matcher_reader.h"

namespace policy {

/// The names of the profiles.
std::vector<std::string> check_profiles(const config::Node& node);
void check_delegation(const config::Node& node, const Vocabulary& vocabulary);

std::vector<EventKind> read_events(const config::Node& node);

}  // namespace policy
