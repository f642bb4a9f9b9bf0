#pragma once
/// Rows of the doctor's table about the machine: what each feature is good for, and which programs there are.

#include <string>
#include <vector>

#include "sandbox/doctor/finding.h"
#include "shelltool/doctor/diagnosis.h"

namespace shelltool {

DiagnosisRow row_of(const sandbox::Finding& finding);

/// bash, git and rg, looked for in these directories. Without one of them there is less, and it is no hole.
std::vector<DiagnosisRow> program_rows(const std::vector<std::string>& search_path);

}  // namespace shelltool
