#pragma once

#include <string>
#include <string_view>

namespace shelltool::files {

/// What changed from one text to the other, line by line, with two lines around: a unified diff without its
/// file header. Lines are made fit for a terminal, and cut where they are long. Empty for equal texts.
std::string line_diff(std::string_view before, std::string_view after);

}  // namespace shelltool::files
