#pragma once
/// The rules of all layers as one document that says everything itself: `gatehouse policy show --resolved`.

#include <string>
#include <vector>

#include "policy/rule_set.h"

namespace policy {

struct Resolved {
  config::Node document;
  std::vector<std::string> notes;  ///< a sentence each: what one file cannot say as several layers do
};

/// Its rules are in force here as those of the sources are: builtin:base and exceptions are in it, sets are
/// written out, `~` and `${…}` are the directories that they stand for. An allow that answers no default is
/// left out, and so are examples, grants, and what is delegated under conditions. A program at one path below
/// ~ stays as it is: by an absolute path it would also be meant under other names. The sources must be rules
/// that RuleSet::compile takes; throws config::BadInput.
Resolved resolve(std::vector<Source> sources, const Surroundings& surroundings);

}  // namespace policy
