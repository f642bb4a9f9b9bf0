#pragma once
/// Text that people wrote, and text that is shown to them.

#include <string>
#include <string_view>

#include "sandbox/sys/text.h"

namespace config {

/// Throws BadInput at the first byte that is no UTF-8, and at control characters other than tab and line
/// ends: YAML forbids them, and yaml-cpp takes U+0004 for the end of the file.
void check_text(std::string_view text, const std::string& file);

/// ASCII letters only: the words of our files are ASCII.
std::string lower(std::string_view word);

using sys::shown;

}  // namespace config
