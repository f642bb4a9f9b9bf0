#pragma once
/// Program text that stands in a command line in another language than the shell's: what it starts is told
/// only when it starts.

#include <string>
#include <vector>

namespace policy {

/// A sentence for a command that runs such text, or text from its input; empty for others, and for text that
/// cannot start a program.
std::string untold_text(const std::vector<std::string>& argv);

}  // namespace policy
