#pragma once
/// How two matchers relate, as far as their text proves it: where it does not, the answer is no.

#include <string>

#include "policy/rule.h"

namespace policy {

/// Whatever `narrower` matches, `wider` matches as well, with the same reach. `reach` is how `wider` takes
/// programs: narrowly only those that are spelled the same count.
bool implies(const Matcher& narrower, const Matcher& wider, Reach reach);

/// The keys of both that can never hold at once: "args"; empty where none is known.
std::string contradiction(const Matcher& one, const Matcher& other, const Identity& identity);

/// Why it can hold together with nothing that the rule's `when` says: a sentence, empty where that is not
/// known.
std::string contradiction_with_all(const Rule& rule, const Matcher& matcher, const Identity& identity);

/// Why the matcher can never match: a sentence; empty where none is known.
std::string contradiction_in(const Matcher& matcher);

/// It says nothing: everything matches.
bool matches_everything(const Matcher& matcher);

}  // namespace policy
