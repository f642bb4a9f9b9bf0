#pragma once

#include <string>
#include <vector>

#include "shelltool/files/patch.h"

namespace shelltool::files {

/// Why the hunk (from 0) of the change cannot be placed in the file: which one it is, what it looks for, and
/// what stands nearest. An envelope's hunks are looked for from line `from` on, from 0.
std::string mismatch_text(const std::vector<TextLine>& lines, const FileChange& change, Patch::Form form,
                          std::size_t hunk, std::size_t from);

}  // namespace shelltool::files
