#pragma once

#include "shelltool/diagnosis.h"
#include "shelltool/options.h"

namespace shelltool {

/// Examines this machine, gatehouse's own files and this directory, and really builds a sandbox. What is
/// broken becomes a row, never an error.
Diagnosis diagnose(const CommonOptions& options);

}  // namespace shelltool
