#pragma once
/// `gatehouse exec` and `gatehouse sh`: one command under the gate, with this terminal.

#include <chrono>
#include <string>
#include <vector>

#include "shelltool/session/exit_status.h"
#include "shelltool/setup/options.h"

namespace shelltool {

struct ExecOptions {
  CommonOptions common;
  CommandOptions command;
  std::vector<std::string> argv;
  std::chrono::milliseconds timeout{0};  ///< 0: none
  bool use_terminal = true;
  bool json = false;   ///< the report on stdout, with the command's output in it
  std::string report;  ///< the report's file, while the output passes through
  bool shell = false;  ///< argv is the session's own shell
};

/// The status to exit with. Throws sys::Error when nothing was run.
int run_exec(const ExecOptions& options);

}  // namespace shelltool
