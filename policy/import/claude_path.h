#pragma once
/// `Read(…)` and `Edit(…)` of Claude Code's permissions: paths, as gitignore has them.

#include <string>
#include <string_view>

#include "policy/decision.h"
#include "policy/surroundings.h"

namespace policy {

struct ClaudePath {
  std::string pattern;       ///< as `path` takes it; empty where there is a fault
  bool is_narrowed = false;  ///< it is one place; Claude Code takes any depth
  bool is_widened = false;   ///< it is any depth; Claude Code takes one place
  std::string fault;
};

/// What "/path" begins at: the project's settings lie in .claude below its top, the user's in ~/.claude, and
/// others' paths begin where they lie.
std::string claude_anchor(const std::string& settings_file, const Surroundings& surroundings);

ClaudePath read_claude_path(std::string_view text, Verdict verdict, const std::string& anchor,
                            const Surroundings& surroundings);

}  // namespace policy
