#pragma once

#include <string>
#include <vector>

namespace shelltool {

struct LintOptions {
  std::vector<std::string> files;  ///< or "builtin:base"
  bool json = false;
};

/// `gatehouse policy lint`: what is wrong with rules files that can be read. Each is looked at in the layer
/// of its name, together with those above it, for the sandbox that would be made here. Returns 0; 1 when
/// something is found; 2 when a file cannot be read.
int run_lint(const LintOptions& options);

}  // namespace shelltool
