#pragma once
/// The result of a turn as the model reads it (DESIGN §9): one line of state, denials, what the sandbox
/// refused, output.

#include <string>
#include <vector>

#include "mcp/tools.h"
#include "shelltool/session/report.h"

namespace shelltool {

struct ShellResult {
  TurnReport report;
  std::string home;                   ///< what "~" stands for
  std::vector<std::string> refusals;  ///< by the sandbox, a sentence each
  bool left_running = false;          ///< something that the command started goes on
  std::string head, tail;             ///< of the output, plain text
  std::uint64_t left_out = 0;         ///< bytes between them
  std::uint64_t total = 0;            ///< bytes that the command wrote
  std::string kept_in;                ///< a file with the whole output; empty: it is all here
  bool is_kept_whole = true;          ///< false: with its beginning
  std::string not_started;            ///< why the command could not be started; empty: it was
};

/// At most `limit` bytes (a thousand at least), the output's beginning and end as 3 to 7. An error for the
/// model is what it has to do something about: the command was denied, could not start, timed out or was
/// killed.
mcp::ToolResult shell_result(const ShellResult& result, std::size_t limit);

}  // namespace shelltool
