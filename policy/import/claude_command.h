#pragma once
/// `Bash(…)` of Claude Code's permissions: commands, by their text.

#include <string>
#include <string_view>
#include <vector>

#include "policy/import/command_pattern.h"

namespace policy {

struct ClaudeCommand {
  /// What the text may mean: a `*` within a word stands for a part of that word in the first one, and in the
  /// others also for the words between. Together they are at least what Claude Code matches; empty where
  /// there is a fault.
  std::vector<CommandPattern> readings;
  std::string program;  ///< as it is called; empty: any
  std::string fault;    ///< why there can be no rule
};

/// `text` is what stands between the brackets; `home` is what `~` stands for.
ClaudeCommand read_claude_command(std::string_view text, Verdict verdict, std::string_view home);

}  // namespace policy
