#pragma once
/// Where a text has lines that resemble others.

#include <optional>
#include <string>
#include <vector>

#include "shelltool/files/text_lines.h"

namespace shelltool::files {

/// The first of the lines, from 0, beside which most of `wanted` stands; nothing when nothing of it is there.
std::optional<std::size_t> nearest_region(const std::vector<TextLine>& lines,
                                          const std::vector<TextLine>& wanted);

/// Both, line by line: "  12  as it is", "- what is wanted", "+ 12 what is there"; blanks are made visible
/// where lines differ in nothing else, and long lines are cut.
std::string compared(const std::vector<TextLine>& lines, std::size_t begin,
                     const std::vector<TextLine>& wanted);

}  // namespace shelltool::files
