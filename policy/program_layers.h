#pragma once
/// `programs:` sections of several files as one.

#include <string>

#include "config/node.h"

namespace policy {

/// Adds what `over` says to `under`, as a ProgramTable does: lists are joined, what is said last about an
/// option holds. Both are of their shape. Paths are written out.
void lay_over(config::Node& under, const config::Node& over, const std::string& home);

}  // namespace policy
