#include "shelltool/tools/history_text.h"

#include <fmt/core.h>
#include <time.h>

#include <array>
#include <cstdlib>

#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"

namespace shelltool {
namespace {

using Kind = HistoryChange::Kind;

constexpr std::size_t room = 29'000, longest_note = 100;

std::string time_text(std::int64_t time_ns) {
  const time_t seconds = time_ns / 1'000'000'000;
  struct tm parts {};
  ::localtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  ::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
  return text.data();
}

const char* word_for(Kind kind) {
  static constexpr std::array words = {
      "changed", "created", "deleted", "made", "moved", "copied", "deleted", "linked", "changed the mode of",
      "kept",    "left out"};
  return words.at(static_cast<std::size_t>(kind));
}

/// Too much of it was there to be kept.
bool is_lost(const HistoryChange& change) {
  return (change.kind == Kind::changed || change.kind == Kind::removed) && !change.before.is_kept &&
         !change.after.version.empty();
}

/// "undo 17": 17
std::uint64_t undone_by(const HistoryEntry& entry) {
  return entry.by.starts_with("undo ") ? std::strtoull(entry.by.c_str() + 5, nullptr, 10) : 0;
}

std::string first_line(const std::string& text) {
  std::string line = sys::visible(text.substr(0, text.find('\n')));
  return line.size() <= longest_note ? line : std::string(sys::cut(line, longest_note)) + "…";
}

std::string heading(const HistoryEntry& entry) {
  return fmt::format("{} · {} · {}", entry.id, time_text(entry.time_ns), entry.by);
}

}  // namespace

std::string change_text(const HistoryChange& change, const ShowPath& show) {
  std::string text = fmt::format("{} {}", word_for(change.kind), show(change.path));
  if (change.kind == Kind::moved) text += " to " + show(change.to);
  if (change.kind == Kind::copied) text += " from " + show(change.to);
  if (change.kind == Kind::linked) text += " to " + sys::visible(change.to);
  if (change.kind == Kind::left_out) text += ": " + sys::visible(change.to);
  if (change.kind == Kind::discarded) text += " · in the trash: " + show(change.to);
  if (change.kind == Kind::mode) text += fmt::format(": {:03o} to {:03o}", change.mode_before, change.mode);
  if (is_lost(change)) text += " · too large to undo";
  return text;
}

std::string entry_line(const HistoryEntry& entry, const ShowPath& show, std::size_t left_out) {
  std::string line = heading(entry);
  if (entry.is_checkpoint())
    return line + fmt::format(" · {} file{}", entry.count, entry.count == 1 ? "" : "s");
  for (std::size_t i = 0; i < entry.changes.size() && i < named_in_line; ++i)
    line += (i == 0 ? " · " : ", ") + change_text(entry.changes[i], show);
  const std::size_t count =
      std::max<std::size_t>(entry.changes.size() + left_out, entry.list.empty() ? 0 : entry.count);
  const std::size_t named = std::min<std::size_t>(entry.changes.size(), named_in_line);
  if (count > named) line += fmt::format("{} {} more", named == 0 ? " ·" : " and", count - named);
  if (!entry.note.empty()) line += " · by: " + first_line(entry.note);
  return line;
}

EntryText entry_text(const HistoryEntry& entry, const ShowPath& show) {
  EntryText text{heading(entry), true};
  for (const HistoryChange& change : entry.changes) {
    const std::string line = "\n" + change_text(change, show);
    if (text.text.size() + line.size() > room) {
      text.is_whole = false;
      break;
    }
    text.text += line;
  }
  if (!entry.note.empty()) text.text += "\nby: " + sys::visible(sys::cut(entry.note, 2000));
  return text;
}

mcp::Json entry_json(const HistoryEntry& entry) {
  return {{"id", entry.id},
          {"time", entry.time_ns / 1'000'000'000},
          {"by", entry.by},
          {"session", entry.session},
          {"changes", entry.count}};
}

std::vector<HistoryEntry> about(std::vector<HistoryEntry> entries, const std::string& path) {
  if (path.empty()) return entries;
  for (HistoryEntry& entry : entries)
    std::erase_if(entry.changes, [&](const HistoryChange& change) {
      return !sys::is_within(change.path, path) &&
             !(change.kind == Kind::moved && sys::is_within(change.to, path));
    });
  std::erase_if(entries, [](const HistoryEntry& entry) { return entry.changes.empty(); });
  return entries;
}

std::set<std::uint64_t> undone(const std::vector<HistoryEntry>& entries) {
  std::set<std::uint64_t> undone;
  // From the newest: an undo that was undone itself does not count.
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry)
    if (undone_by(*entry) != 0 && undone.count(entry->id) == 0) undone.insert(undone_by(*entry));
  return undone;
}

}  // namespace shelltool
