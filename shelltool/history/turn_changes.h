#pragma once
/// What commands have changed in a workspace, from what it had before and after them.

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "shelltool/files/look_over.h"
#include "shelltool/history/entry.h"

namespace shelltool {

class TurnChanges {
 public:
  [[nodiscard]] bool has_begun() const { return has_begun_; }
  /// The first look. A command may run since `since_ns`: of what was changed from then on it is not known
  /// whether it was there before.
  void begin(const files::LookOverResult& now, std::int64_t since_ns);
  /// What a file tool, or a command of somebody else, has done is not theirs.
  void note(const HistoryEntry& entry);

  struct Found {
    std::vector<HistoryChange> changes;  ///< created, changed, removed
    std::string unknown;                 ///< what could not be told
  };
  /// `since_ns`: when the first of the commands began; what was changed before that was somebody else.
  Found look(const files::LookOverResult& now, std::int64_t since_ns);

 private:
  struct Seen {
    std::uint64_t inode = 0;
    std::int64_t changed_ns = 0;
    bool by_tool = false;    ///< at that time or before, and by nobody since
    std::uint32_t mode = 0;  ///< 0: not known
  };
  void forget(const std::string& path);
  [[nodiscard]] bool is_by_tool(const files::SeenFile& file) const;
  [[nodiscard]] bool is_new(const files::SeenFile& file, const std::set<std::uint64_t>& inodes,
                            std::int64_t since_ns) const;

  std::map<std::string, Seen> before_;
  std::set<std::string> perhaps_new_;                           // since the first look
  std::vector<std::pair<std::string, std::int64_t>> by_tools_;  // trees, and when they were made
  bool has_begun_ = false, was_whole_ = false;
};

}  // namespace shelltool
