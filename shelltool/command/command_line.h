#pragma once
/// What stands on the command line: gatehouse's commands and their options.

#include <functional>
#include <string>
#include <vector>

#include "shelltool/setup/options.h"

namespace CLI {
class App;
}

namespace shelltool {

/// What was asked for; returns the exit status.
using Action = std::function<int()>;

/// Reads the words behind `gatehouse`. Throws sys::Error for what cannot be meant, with the nearest word;
/// --help and --version have printed what they are asked for, and leave nothing to do.
Action read_command_line(std::vector<std::string> words, const std::string& version);

/// What `exec`, `serve` and `policy check` take in common. A wrong word is a CLI::ValidationError that names
/// the nearest. `options` must outlive the parsing.
void add_options(CLI::App& app, CommonOptions& options);
void add_options(CLI::App& app, CommandOptions& options);

}  // namespace shelltool
