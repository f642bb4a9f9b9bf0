#pragma once
/// policy/programs.yaml, each part of it read when it is first asked for: a start of gatehouse needs little
/// of it, and all would take longer than what else it does before the sandbox.

#include <string>
#include <string_view>
#include <vector>

#include "policy/program.h"

namespace policy {

/// Null when there is none of this name. Lives as long as the process; may be called on any thread.
const Program* built_in_program(std::string_view name);
std::vector<std::string> built_in_commands(const BuiltInCommands& commands);
/// The same of a command.
const Command* built_in_command(const BuiltInCommands& commands, std::string_view name);

}  // namespace policy
