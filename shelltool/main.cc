/// gatehouse: its names, and the last catch.

#include <unistd.h>

#include <csignal>
#include <string_view>

#include "sandbox/launcher/launch.h"
#include "sandbox/sys/path.h"
#include "shelltool/command/command_line.h"
#include "shelltool/command/exec_command.h"
#include "shelltool/command/notice.h"

namespace {

constexpr int usage_status = 2;

/// `gatehouse sh -c SCRIPT`, and whatever else a shell takes.
int run_shell(std::vector<std::string> words) {
  shelltool::ExecOptions options;
  options.shell = true;
  options.argv = {::access("/bin/bash", X_OK) == 0 ? "/bin/bash" : "/bin/sh"};
  options.argv.insert(options.argv.end(), words.begin(), words.end());
  return shelltool::run_exec(options);
}

int report_error(const std::exception& error, int status) {
  shelltool::say(error.what());
  const auto* setup = dynamic_cast<const sandbox::SetupError*>(&error);
  if (setup != nullptr && !setup->fix().empty()) shelltool::say("to mend it: " + setup->fix());
  return status;
}

int run(std::vector<std::string> words) {
  // The errors of `gatehouse exec` are not the command's, so they have a status of their own.
  const bool is_exec = !words.empty() && words.front() == "exec";
  try {
    return shelltool::read_command_line(std::move(words), GATEHOUSE_VERSION)();
  } catch (const std::exception& error) {
    return report_error(error, is_exec ? shelltool::status_not_started : usage_status);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const bool called_as_shell = argc > 0 && sys::base_name(argv[0]) == "gatehouse-sh";
    if (called_as_shell) return run_shell({argv + 1, argv + argc});
    if (argc > 1 && std::string_view(argv[1]) == "sh") return run_shell({argv + 2, argv + argc});
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    return report_error(error, shelltool::status_not_started);
  }
}
