#pragma once
/// Where hunks belong in a file.

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "shelltool/files/patch_apply.h"

namespace shelltool::files {

/// The old lines of a hunk and where they stand.
struct Placement {
  std::size_t begin = 0, count = 0;  ///< lines of the file, from 0
  Likeness likeness = Likeness::exact;
  long offset = 0;
  std::optional<std::size_t> next = std::nullopt;  ///< envelope: where lines that are as alike begin, too
};

/// A file's lines, to look for others in them. Refers to what it is made of.
class PlaceFinder {
 public:
  PlaceFinder(const std::vector<TextLine>& lines, Patch::Form form) : lines_(lines), form_(form) {}

  /// One for each hunk, none over another. Throws sys::Error.
  std::vector<Placement> place(const FileChange& change);

 private:
  struct Key {
    std::string_view text;
    LineEnd end;
    bool operator==(const Key&) const = default;
  };
  using Keys = std::vector<Key>;

  std::optional<Placement> place_unified(const Hunk& hunk);
  std::optional<Placement> place_envelope(const Hunk& hunk);
  std::optional<Placement> first_alike(const std::vector<TextLine>& wanted, bool is_at_end);
  [[nodiscard]] bool is_free(std::size_t begin, std::size_t count) const;

  Keys keys_of(const std::vector<TextLine>& lines, Likeness likeness, std::deque<std::string>& texts) const;
  const Keys& file_keys(Likeness likeness);

  const std::vector<TextLine>& lines_;
  Patch::Form form_;
  std::map<Likeness, Keys> keys_;
  std::deque<std::string> texts_;             ///< that keys refer to
  std::map<std::size_t, std::size_t> taken_;  ///< begin and end of what hunks have been placed on
  std::size_t cursor_ = 0;                    ///< envelope: where the next hunk may begin
  long shift_ = 0;                            ///< unified: lines that the hunks before add
};

}  // namespace shelltool::files
