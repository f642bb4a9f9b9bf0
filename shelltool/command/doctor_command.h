#pragma once
/// `gatehouse doctor`: what this machine offers, what then holds, and what mends the rest.

#include <string>

#include "shelltool/setup/options.h"

namespace shelltool {

struct DoctorOptions {
  CommonOptions common;
  std::string host;  ///< whether it is governed; empty: none
  bool json = false;
  bool fix = false;  ///< mend instead what is a setting of this machine
  bool yes = false;  ///< without a question
};

/// Returns 0 when all is as it should be, 1 when something is missing, or was not mended.
int run_doctor(const DoctorOptions& options);

}  // namespace shelltool
