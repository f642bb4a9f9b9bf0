#pragma once
/// What a call of the `shell` tool asks for.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mcp/arguments.h"

namespace shelltool {

struct ShellRequest {
  std::string command;
  std::string cwd;                         ///< as given; empty: the workspace
  std::map<std::string, std::string> env;  ///< over the session's
  std::string stdin_text;
  std::optional<std::chrono::milliseconds> timeout;
  std::string why;
};

/// Linux, MAX_ARG_STRLEN: a longer word starts no program.
inline constexpr std::size_t longest_command = 131'071;
/// Throws mcp::ArgumentError for one that is empty or longer than that.
void check_command(const std::string& command);

/// Canonical names, and the names that other tools have for them (their timeouts are in milliseconds).
std::vector<mcp::Parameter> shell_parameters(std::chrono::milliseconds default_timeout);
/// Throws mcp::ArgumentError.
ShellRequest read_shell_request(const mcp::Arguments& arguments);

/// Models send a command as words, too: those become shell text that means them. Anything else stays as it
/// is.
mcp::Json as_shell_text(const mcp::Json& value);

}  // namespace shelltool
