#pragma once
/// Entries of the history, as a model reads them.

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "mcp/json.h"
#include "shelltool/history/entry.h"

namespace shelltool {

/// How paths are shown.
using ShowPath = std::function<std::string(const std::string& path)>;

/// "created src/a.c", "moved a to b", "deleted d · in the trash: …"
std::string change_text(const HistoryChange& change, const ShowPath& show);
/// In a line of the list; of the others there is the number.
inline constexpr std::size_t named_in_line = 3;
/// `left_out`: as many as were taken off the entry's changes. One line: "17 · 2026-11-26 22:10:03 · edit ·
/// changed src/a.c"
std::string entry_line(const HistoryEntry& entry, const ShowPath& show, std::size_t left_out);
/// The entry with a line for each change that fits; says whether all did.
struct EntryText {
  std::string text;
  bool is_whole = true;
};
EntryText entry_text(const HistoryEntry& entry, const ShowPath& show);
mcp::Json entry_json(const HistoryEntry& entry);

/// The entries that change the path, or something below it; of each only those changes.
std::vector<HistoryEntry> about(std::vector<HistoryEntry> entries, const std::string& path);
/// Entries that were undone and are not redone.
std::set<std::uint64_t> undone(const std::vector<HistoryEntry>& entries);

}  // namespace shelltool
