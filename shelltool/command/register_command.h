#pragma once
/// `gatehouse register HOST`: an agent host's settings, so that it uses gatehouse's tools in place of its
/// own.

#include <string>

namespace shelltool {

struct RegisterOptions {
  std::string host;
  bool print = false;          ///< only, and change nothing
  bool keep_builtins = false;  ///< the host's own tools stay on
  bool remove = false;
};

/// Returns 0 done, or nothing to do; 1 nothing to remove. Where it throws, nothing has changed.
int run_register(const RegisterOptions& options);

}  // namespace shelltool
