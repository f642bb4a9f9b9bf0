#pragma once

#include "shelltool/setup/options.h"

namespace shelltool {

struct TrustOptions {
  CommonOptions common;
  bool yes = false;  ///< without asking
  bool remove = false;
};

/// `gatehouse policy trust`: shows the rules that the project brings along, and lets them count from now on
/// as they are. Returns the exit status.
int run_trust(const TrustOptions& options);

}  // namespace shelltool
