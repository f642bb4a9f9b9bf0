#pragma once
/// `gatehouse doctor`: what this machine offers, what then holds, and what mends the rest.

#include <string>

#include "shelltool/setup/options.h"

namespace shelltool {

struct DoctorOptions {
  CommonOptions common;
  std::string host;  ///< whether it is governed; empty: none
  bool json = false;
};

/// Returns 0 when all is as it should be, 1 when something is missing.
int run_doctor(const DoctorOptions& options);

}  // namespace shelltool
