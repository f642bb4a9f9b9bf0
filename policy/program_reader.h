#pragma once
/// An entry of `programs:`, which is of its shape: the owner's and the built-in ones.

#include <string>

#include "config/node.h"
#include "policy/program.h"

namespace policy {

ProgramEntry read_program(const std::string& name, const config::Node& map);
/// One of its `commands`, which is like no other.
Command read_command(const config::Node& map);

}  // namespace policy
