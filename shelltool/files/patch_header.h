#pragma once
/// What stands before the hunks of one file in a unified diff.

#include <optional>
#include <string>
#include <string_view>

#include "shelltool/files/patch.h"

namespace shelltool::files {

/// A name as git writes it, in quotes with C's escapes where it must be, from the beginning of `text`; takes
/// it away from there. Nothing when the quotes do not close.
std::optional<std::string> take_git_name(std::string_view& text);

/// Gathers the lines of a header, and says what they mean together.
class PatchHeader {
 public:
  explicit PatchHeader(std::size_t at_line) : at_line_(at_line) {}

  /// False when the line is none of a header. Throws PatchError.
  bool take(std::size_t at_line, std::string_view line);
  /// The change without its hunks. Throws PatchError.
  [[nodiscard]] FileChange change() const;
  /// "--- " and "+++ " have been there: what follows is a hunk.
  [[nodiscard]] bool has_names() const { return old_name_.has_value() && new_name_.has_value(); }

 private:
  using Name = std::optional<std::string>;

  bool take_git_line(std::size_t at_line, std::string_view line);
  void take_mode(std::size_t at_line, std::string_view mode);
  void take_binary(std::size_t at_line) const;

  std::size_t at_line_;
  Name git_names_;            ///< both, as "diff --git " has them
  Name old_name_, new_name_;  ///< behind "--- " and "+++ "
  Name from_, to_;
  bool copies_ = false, creates_ = false, deletes_ = false;
  std::optional<bool> executable_;
};

}  // namespace shelltool::files
