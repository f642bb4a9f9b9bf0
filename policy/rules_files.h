#pragma once
/// Rules files as they were written and as values, in the order in which they speak.

#include <vector>

#include "policy/rule.h"
#include "policy/rule_set.h"

namespace policy {

struct ReadFile {
  config::Node document;
  RulesFile rules;
};

/// By layer, without grants; builtin:base stands before the file that extends it first. Throws
/// config::BadInput.
std::vector<ReadFile> read_files(std::vector<Source> sources, const Surroundings& surroundings);

}  // namespace policy
