#pragma once
/// `args`, `options` and `argc` against the words of a command line.

#include <span>

#include "policy/matcher.h"

namespace policy {

bool match_args(const std::vector<ArgPattern>& patterns, const Words& words, Reach reach);
/// Every word, as it stands.
bool match_verbatim(const std::vector<ArgPattern>& patterns, std::span<const std::string> words);
Mismatch mismatch_of(const OptionsMatcher& matcher, const Words& words, const Grammar& grammar, Reach reach);
bool match_count(const std::vector<CountRange>& ranges, const Words& words, Reach reach);

}  // namespace policy
