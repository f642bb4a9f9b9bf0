#pragma once

#include "shelltool/doctor/diagnosis.h"
#include "shelltool/setup/options.h"

namespace shelltool {

/// Examines this machine, gatehouse's own files and this directory, and really builds a sandbox. What is
/// broken becomes a row, never an error.
Diagnosis diagnose(const CommonOptions& options);

}  // namespace shelltool
