#pragma once
/// Which options and commands of a program are known, and which word was probably meant.

#include <string>
#include <string_view>
#include <vector>

#include "policy/matcher.h"

namespace policy {

/// Those that the table lists for the program or one of its commands. It lists no option that is a mere flag,
/// so that an option which is not here may exist all the same.
Names options_of(const Program& program);
/// Those that a rule names.
Names options_in(const OptionsMatcher& matcher);
/// Of the program itself.
Names commands_of(const Program& program);

/// The known word that this one is a slip of the pen of: a letter is wrong, missing, doubled or swapped with
/// its neighbour, inside the word; empty where there is none. Ends and digits tell words apart (--tag,
/// --tags).
std::string meant(std::string_view word, const Names& known);

/// It runs text or a program file that it is given, inside itself: python, bash, awk.
bool is_interpreter(std::string_view name);
/// It starts the program that its words name: env, xargs, sudo.
bool is_wrapper(std::string_view name);

}  // namespace policy
