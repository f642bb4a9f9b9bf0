#pragma once
/// `when` and `unless`. Everything that cannot match is an error.

#include <string>
#include <vector>

#include "config/node.h"
#include "policy/rule.h"

namespace policy {

/// What names in a matcher may refer to.
struct Vocabulary {
  const Surroundings* surroundings = nullptr;
  const Sets* sets = nullptr;
};

/// A word and where it stands; those of a set stand where the set is named.
struct PlacedWord {
  std::string text;
  config::Place place;
};
/// A scalar or a list, with every `@name` replaced by its set.
std::vector<PlacedWord> read_words(const config::Node& node, const Vocabulary& vocabulary);

/// Throws where it is not of its shape, and where it has a key that one of the events does not have.
void check_matchers(const config::Node& node, const std::vector<EventKind>& events);
/// A map, or a list of maps of which one must hold; it is of its shape.
std::vector<Matcher> read_matchers(const config::Node& node, const Vocabulary& vocabulary);

}  // namespace policy
