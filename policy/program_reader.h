#pragma once
/// An entry of `programs:`, strictly: the owner's and the built-in ones.

#include <string>

#include "config/node.h"
#include "policy/program.h"

namespace policy {

ProgramEntry read_program(const std::string& name, const config::Node& node);
/// One of its `commands`, which is like no other.
Command read_command(const config::Node& node);

}  // namespace policy
