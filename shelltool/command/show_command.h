#pragma once

#include "shelltool/setup/options.h"

namespace shelltool {

struct ShowOptions {
  CommonOptions common;
  std::vector<std::string> files;
  bool resolved = false;
  bool json = false;
};

/// `gatehouse policy show`: the rules in force here, and where each comes from. Returns 0, and 2 where a file
/// is broken.
int run_show(const ShowOptions& options);

}  // namespace shelltool
