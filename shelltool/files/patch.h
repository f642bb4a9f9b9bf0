#pragma once
/// A patch as values: which files change, and how. Two ways of writing one are read, the envelope of Codex
/// ("*** Begin Patch") and the unified diff of git and diff -u; what is read of them is the same.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shelltool/files/file_error.h"
#include "shelltool/files/text_lines.h"

namespace shelltool::files {

struct PatchLine {
  enum class Sign : char { keep = ' ', remove = '-', add = '+' };
  Sign sign = Sign::keep;
  std::string text;            ///< without its end
  std::optional<LineEnd> end;  ///< nothing: whatever the file has there
};

struct Hunk {
  std::size_t at_line = 0;  ///< of the patch, from 1
  std::vector<PatchLine> lines;

  /// Of a unified diff: where the lines stand in the old and in the new file, from 1.
  struct Stated {
    std::size_t old_line = 0, new_line = 0;
  };
  std::optional<Stated> stated;
  /// Of an envelope: lines that stand before, each behind the one before it; and that the file ends here.
  std::vector<std::string> anchors;
  bool is_at_end = false;
};

/// What a hunk keeps or removes: what it looks for. Refers to the hunk.
std::vector<TextLine> old_lines_of(const Hunk& hunk);

struct FileChange {
  enum class Kind { create, update, remove, move, copy };
  Kind kind = Kind::update;
  std::size_t at_line = 0;  ///< of the patch, from 1
  std::string path;         ///< as the patch has it, without the prefixes a/ and b/
  std::string to;           ///< of a move or copy
  std::optional<bool> executable;
  std::vector<Hunk> hunks;  ///< of a create: what it adds to nothing
};

struct Patch {
  enum class Form { envelope, unified };
  Form form = Form::envelope;
  std::vector<FileChange> changes;  ///< at least one
};

/// A patch that cannot be read, with the line of the patch.
class PatchError : public FileError {
 public:
  PatchError(std::size_t line, const std::string& sentence)
      : FileError("bad_patch", "line {} of the patch: {}", line, sentence) {}
};

/// Throws PatchError.
Patch read_patch(std::string_view text);

}  // namespace shelltool::files
