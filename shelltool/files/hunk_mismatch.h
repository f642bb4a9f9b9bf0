#pragma once

#include <string>
#include <vector>

#include "shelltool/files/patch.h"

namespace shelltool::files {

/// Why the hunk (from 0) of the change cannot be placed in the file: which one it is, what it looks for, and
/// what stands nearest. An envelope's hunks are looked for from line `from` on, from 0.
std::string mismatch_text(const std::vector<TextLine>& lines, const FileChange& change, Patch::Form form,
                          std::size_t hunk, std::size_t from);
/// Which hunk it is, and two of the lines (from 0) where what it looks for stands alike.
std::string several_text(const FileChange& change, std::size_t hunk, std::size_t first, std::size_t second);

}  // namespace shelltool::files
