#pragma once
/// Hunks on bytes. What stands outside of them stays as it is: line ends, encoding, the byte order mark, the
/// end of the last line. So do the lines that a hunk only names.

#include <string>
#include <string_view>
#include <vector>

#include "shelltool/files/patch.h"

namespace shelltool::files {

/// How alike a hunk's lines and the file's are, from strict to lenient.
enum class Likeness {
  exact,          ///< byte for byte; an envelope says nothing of line ends
  line_ends,      ///< but for CRLF in place of LF
  blanks_behind,  ///< but for blanks at line ends
  blanks_around,  ///< but for indentation
  punctuation,    ///< but for typographic quotes, dashes and spaces
};

struct HunkPlace {
  std::size_t line = 0;  ///< of the old file, from 1, where the hunk's old lines begin
  long offset = 0;       ///< of a unified diff: how far from where it says
  Likeness likeness = Likeness::exact;
};

struct Applied {
  std::string content;
  std::vector<HunkPlace> places;  ///< one for each hunk
};

/// Hunks of a unified diff are placed as by git apply: all lines must be there, at the stated line or nearest
/// to it; a hunk that names no line behind its changes ends the file. Hunks of an envelope are placed as by
/// Codex, at the first place behind the one before that is like enough; but where a hunk without '@@' has
/// several, alike but for indentation or punctuation, at none. Throws sys::Error, which names the hunk and
/// shows what stands nearest.
Applied apply_hunks(std::string_view content, const FileChange& change, Patch::Form form);

}  // namespace shelltool::files
