#pragma once
/// What the history knows of one change: who made it, and what became of each file.

#include <cstdint>
#include <string>
#include <vector>

namespace shelltool {

/// A content: by its version (see files/content_hash.h) and size.
struct KeptContent {
  std::string version;  ///< empty: there was none, or it is not known
  std::uint64_t size = 0;
  bool is_kept = false;    ///< the store has it
  std::string attributes;  ///< that its file had, see files/attributes.h
};

struct HistoryChange {
  enum class Kind : std::uint8_t {
    changed,    ///< the content of `path`
    created,    ///< `path`, which was not there
    removed,    ///< `path`, by nobody's trash
    directory,  ///< `path` was made
    moved,      ///< `path` is `to` now
    copied,     ///< `path` was made from `to`
    discarded,  ///< `path` is in the trash, as `to`
    linked,     ///< `path` was made, a link to `to`
    mode,       ///< the permissions of `path`
    kept,       ///< in a checkpoint: `after`
    left_out,   ///< not in the checkpoint, since `to`
  };
  Kind kind = Kind::changed;
  std::string path, to;  ///< true names
  KeptContent before, after;
  std::uint32_t mode = 0, mode_before = 0;
  // Of what was moved or discarded, so that nothing else is taken for it (see files/written.h); 0: not known
  std::uint64_t inode = 0;
  std::int64_t born_ns = 0;
  /// ctime after, of what a turn did, and of what is kept; and before: 0: not known
  std::int64_t changed_ns = 0, changed_before_ns = 0;
};

struct HistoryEntry {
  std::uint64_t id = 0;
  std::int64_t time_ns = 0;  ///< since 1970, when it was done
  std::string by;            ///< the tool; "undo 17", "restore 12"; of turns "shell"
  std::string note;          ///< of turns the commands, and what is not known
  std::string session;
  std::uint64_t key = 0;    ///< of what it was made from: nothing is recorded twice
  std::uint64_t count = 0;  ///< of changes
  std::string list;         ///< where the changes are: a content's name; empty: here
  std::vector<HistoryChange> changes;

  static constexpr const char* turn = "shell";
  [[nodiscard]] bool is_by_turn() const { return by == turn; }
  [[nodiscard]] bool is_checkpoint() const { return by == "checkpoint"; }
};

template <class Wire>
void carry(Wire& wire, KeptContent& content) {
  auto& [version, size, is_kept, attributes] = content;
  wire(version), wire(size), wire(is_kept), wire(attributes);
}
template <class Wire>
void carry(Wire& wire, HistoryChange& change) {
  auto& [kind, path, to, before, after, mode, mode_before, inode, born_ns, changed_ns, changed_before_ns] =
      change;
  wire(kind), wire(path), wire(to), wire(before), wire(after), wire(mode), wire(mode_before);
  wire(inode), wire(born_ns), wire(changed_ns), wire(changed_before_ns);
}
template <class Wire>
void carry(Wire& wire, HistoryEntry& entry) {
  auto& [id, time_ns, by, note, session, key, count, list, changes] = entry;
  wire(id), wire(time_ns), wire(by), wire(note), wire(session), wire(key), wire(count), wire(list);
  wire(changes);
}

}  // namespace shelltool
