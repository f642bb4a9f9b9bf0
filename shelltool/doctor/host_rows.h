#pragma once

#include <vector>

#include "shelltool/doctor/diagnosis.h"
#include "shelltool/hosts/host_check.h"

namespace shelltool {

/// `doctor --host`: whether the host starts gatehouse, and whether its own tools are off.
std::vector<DiagnosisRow> host_rows(const HostCheck& check);

}  // namespace shelltool
