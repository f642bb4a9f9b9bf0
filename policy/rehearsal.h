#pragma once
/// A dry run of a script: its own shell ran it, in a sandbox where nothing can be changed, and every program
/// was replaced by one that prints nothing. What that has shown, together with what the text shows by itself.

#include <string>
#include <string_view>
#include <vector>

#include "policy/check.h"

namespace policy {

/// A program that would have started.
struct RehearsedExec {
  sandbox::ExecEvent event;
  std::string input,
      output;  ///< which pipe or file it reads and writes, in any words; empty: none of the script's
};

struct ScriptRun {
  std::vector<RehearsedExec> execs;  ///< in the order in which they would start
  std::vector<std::string> notes;    ///< sentences: where it was not as it would be
};

/// Twice, so that both ways of a branch are seen: each program succeeds, each program fails.
struct Rehearsal {
  ScriptRun succeeding, failing;
};

/// The strictest verdict of both decides, the shell's own among them, which comes first. What stands in the
/// text and was started is judged as it started.
Check check_rehearsal(const CheckTerms& terms, const Rehearsal& rehearsal, std::string_view text,
                      const std::string& cwd, const std::string& home, const Resolver& resolve);

}  // namespace policy
