#pragma once
/// Unified diffs: of git, with its headers for renames, copies, modes, new and deleted files, and plain ones.

#include "shelltool/files/patch.h"

namespace shelltool::files {

std::vector<FileChange> read_unified_diff(std::string_view text);

}  // namespace shelltool::files
