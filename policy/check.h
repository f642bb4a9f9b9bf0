#pragma once
/// A dry run: what the rules say about a command line, and about the commands that stand in plain view in it.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/approval.h"
#include "policy/shell_words.h"

namespace policy {

/// What the gate would see if this were started here. Throws sys::Error(not_found) where there is no such
/// program.
using Resolver =
    std::function<sandbox::ExecEvent(const std::vector<std::string>& argv, const std::string& cwd)>;

/// Where a command was seen.
enum class Sight {
  text,        ///< it stands there; whether it is reached is not known
  run,         ///< in a dry run, whatever the programs before it return
  on_success,  ///< in a dry run, where the programs before it succeed
  on_failure,  ///< in a dry run, where they fail
};

struct CheckedCommand {
  sandbox::ExecEvent event;
  Decision decision;
  Sight sight = Sight::text;
};

struct Check {
  std::vector<CheckedCommand> commands;  ///< in the order in which they would start
  std::size_t decider = 0;               ///< the strictest of them, the first of equals
  std::vector<std::string> unclear;      ///< sentences: what could not be told, and why
};

/// Under what commands are judged.
struct CheckTerms {
  const RuleSet& rules;
  State state;
  Approval approval = Approval::on_request;
  std::string shell = "sh";  ///< that reads a script
};

/// Throws sys::Error(invalid) when there is nothing in it to judge.
Check check_command(const CheckTerms& terms, const std::vector<std::string>& argv, const std::string& cwd,
                    const std::string& home, const Resolver& resolve);
Check check_script(const CheckTerms& terms, std::string_view text, const std::string& cwd,
                   const std::string& home, const Resolver& resolve);

}  // namespace policy
