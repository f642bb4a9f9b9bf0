#pragma once
/// Limits that the kernel keeps by itself: nobody outside is told when it refuses a program something for
/// them, so a program that says nothing and goes on has come to none.

#include <string_view>

#include "sandbox/outcome.h"

namespace shelltool {

/// Adds those that the command's status or its output, plain text, speaks of, where there is such a limit.
void add_limits_told(std::string_view output, const sandbox::Limits& limits, sandbox::Outcome& outcome);

}  // namespace shelltool
