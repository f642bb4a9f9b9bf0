#pragma once
/// Entries of a walk as a tree of a bounded number of lines: what has no room is folded, and counted.

#include <cstdint>
#include <string>
#include <vector>

#include "shelltool/files/find.h"

namespace shelltool::files {

class Tree {
 public:
  /// As a walk hands them out, each directory before what is in it. A directory that is not wanted itself is
  /// shown where something in it is.
  void add(const WalkEntry& entry, bool is_wanted);

  /// At most `most` lines and what they need above them. Level by level, a directory is unfolded where all
  /// that is in it still has room. `offset` of the root's own entries are left out.
  [[nodiscard]] std::vector<TreeLine> lines(std::uint64_t most, std::uint64_t offset);
  /// After that: the first of the root's entries that had no line; 0: all had.
  [[nodiscard]] std::uint64_t next() const { return next_; }

 private:
  struct Node {
    std::size_t name_at = 0, name_size = 0;
    std::uint32_t parent = 0, first = 0, last = 0, next = 0;  ///< 0: none, for the root is nobody's child
    std::uint32_t children = 0;                               ///< that are shown
    std::uint64_t files = 0, wanted = 0;                      ///< in it, or itself
    bool is_directory = true, is_unfolded = false;
  };
  /// The only one, where that is a directory: both stand on one line.
  [[nodiscard]] std::uint32_t only_child(const Node& node) const;
  [[nodiscard]] std::uint32_t shown_from(std::uint32_t number) const;
  void count();
  void unfold(std::uint64_t room);
  void append(std::uint32_t number, const std::string& above, std::uint64_t depth,
              std::vector<TreeLine>& lines) const;

  std::vector<Node> nodes_ = {Node{}};
  std::string names_;
  std::vector<std::uint32_t> open_ = {0};  ///< the way to where the walk stands
  std::uint64_t next_ = 0;
};

}  // namespace shelltool::files
