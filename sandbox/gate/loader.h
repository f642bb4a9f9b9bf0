#pragma once
/// The dynamic loader called as a program: `ld.so [OPTION]… PROGRAM [ARG]…`, see ld.so(8).

#include <optional>
#include <string>
#include <vector>

#include "sandbox/exec_event.h"

namespace sandbox {

struct LoaderCall {
  std::string program;  ///< as given; without a slash the loader searches library directories for it
  std::vector<std::string> argv;  ///< as the program gets it
};

/// By the name of the file, or of the one that it is a copy of.
bool is_loader(const File& file);
/// Nothing when the loader is not asked to run a program.
std::optional<LoaderCall> loader_call(const std::vector<std::string>& argv);

}  // namespace sandbox
