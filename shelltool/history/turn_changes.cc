#include "shelltool/history/turn_changes.h"

#include <algorithm>

#include "sandbox/sys/path.h"

namespace shelltool {

using Kind = HistoryChange::Kind;

void TurnChanges::begin(const files::LookOverResult& now, std::int64_t since_ns) {
  for (const files::SeenFile& file : now.files) {
    if (file.changed_ns < since_ns)
      before_[file.path] = {file.inode, file.changed_ns, false, file.mode};
    else
      perhaps_new_.insert(file.path);
  }
  was_whole_ = now.is_whole;
  has_begun_ = true;
}

void TurnChanges::forget(const std::string& path) {
  auto below = before_.lower_bound(path);
  while (below != before_.end() && below->first.starts_with(path)) {
    if (sys::is_within(below->first, path))
      below = before_.erase(below);
    else
      ++below;
  }
}

void TurnChanges::note(const HistoryEntry& entry) {
  for (const HistoryChange& change : entry.changes) {
    switch (change.kind) {
      case Kind::changed:
      case Kind::created:
        if (entry.is_by_turn())  // as it was found then
          before_[change.path] = {0, change.changed_ns, true, change.mode};
        else
          before_[change.path] = {0, entry.time_ns, true, change.mode_before};
        break;
      case Kind::mode:
        before_[change.path] = {0, entry.time_ns, true, change.mode};
        break;
      case Kind::removed:
      case Kind::discarded:
        forget(change.path);
        break;
      case Kind::moved:
        forget(change.path);
        by_tools_.emplace_back(change.to, entry.time_ns);
        break;
      case Kind::copied:
      case Kind::linked:
        by_tools_.emplace_back(change.path, entry.time_ns);
        break;
      case Kind::directory:
      case Kind::kept:
      case Kind::left_out:
        break;
    }
  }
}

bool TurnChanges::is_by_tool(const files::SeenFile& file) const {
  return std::any_of(by_tools_.begin(), by_tools_.end(), [&](const auto& tree) {
    return file.changed_ns <= tree.second && sys::is_within(file.path, tree.first);
  });
}

/// What somebody has put there between two looks was there before the command, though nobody has seen it.
bool TurnChanges::is_new(const files::SeenFile& file, const std::set<std::uint64_t>& inodes,
                         std::int64_t since_ns) const {
  if (!has_begun_ || perhaps_new_.count(file.path) != 0) return false;
  const auto made_it = [&](const auto& tree) { return sys::is_within(file.path, tree.first); };
  if (std::any_of(by_tools_.begin(), by_tools_.end(), made_it)) return false;
  if (inodes.count(file.inode) != 0) return true;  // moved here
  return file.born_ns != 0 ? file.born_ns >= since_ns : was_whole_;
}

TurnChanges::Found TurnChanges::look(const files::LookOverResult& now, std::int64_t since_ns) {
  Found found;
  std::set<std::uint64_t> inodes;
  for (const auto& [path, was] : before_) inodes.insert(was.inode);
  std::map<std::string, Seen> seen;
  for (const files::SeenFile& file : now.files) {
    seen[file.path] = {file.inode, file.changed_ns, false, file.mode};
    const auto before = before_.extract(file.path);
    const bool is_known = !before.empty();
    const Seen was = is_known ? before.mapped() : Seen();
    const bool is_same =
        is_known && (was.by_tool ? file.changed_ns <= was.changed_ns
                                 : was.inode == file.inode && was.changed_ns == file.changed_ns);
    const bool is_moved = !is_known && inodes.count(file.inode) != 0;  // perhaps with its directory alone
    if (is_same || (file.changed_ns < since_ns && !is_moved) || (!is_known && is_by_tool(file))) continue;
    HistoryChange& change = found.changes.emplace_back();
    change.kind = !is_known && is_new(file, inodes, since_ns) ? Kind::created : Kind::changed;
    change.path = file.path;
    change.mode = file.mode;
    change.mode_before = was.mode;
    change.changed_ns = file.changed_ns;
    change.changed_before_ns = was.changed_ns;
  }
  if (now.is_whole) {  // what is left was there and is not
    for (const auto& [path, was] : before_) {
      HistoryChange& change = found.changes.emplace_back();
      change.kind = Kind::removed;
      change.path = path;
      change.mode_before = was.mode;
      change.changed_before_ns = was.changed_ns;
    }
  } else {
    found.unknown = "the workspace is large: not all of it was looked at, nor what was deleted";
  }
  before_ = std::move(seen);
  perhaps_new_.clear();
  by_tools_.clear();
  was_whole_ = now.is_whole;
  has_begun_ = true;
  return found;
}

}  // namespace shelltool
