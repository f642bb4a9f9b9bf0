#pragma once
/// The envelope that Codex' models write. As there, blanks around a marker count for nothing, and so does a
/// heredoc around the whole.

#include "shelltool/files/patch.h"

namespace shelltool::files {

bool is_envelope(std::string_view text);
std::vector<FileChange> read_envelope(std::string_view text);

}  // namespace shelltool::files
