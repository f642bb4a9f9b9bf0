#include "shelltool/history/journal_entry.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "sandbox/sys/error.h"
#include "shelltool/files/content_hash.h"
#include "shelltool/files/journal.h"

namespace shelltool {
namespace {

using files::JournalStep;
using Step = JournalStep::Kind;
using Kind = HistoryChange::Kind;

std::uint64_t key_of(int journal) {
  files::ContentHash hash;
  std::string piece(64 * 1024, '\0');
  for (off_t at = 0;;) {
    const ssize_t count = ::pread(journal, piece.data(), piece.size(), at);
    if (count <= 0) return hash.value();
    hash.add(std::string_view(piece).substr(0, static_cast<std::size_t>(count)));
    at += count;
  }
}

std::optional<Kind> kind_of(Step step) {
  static constexpr std::pair<Step, Kind> kinds[] = {
      {Step::exchanged, Kind::changed}, {Step::overwritten, Kind::changed}, {Step::created, Kind::created},
      {Step::removed, Kind::removed},   {Step::directory, Kind::directory}, {Step::moved, Kind::moved},
      {Step::copied, Kind::copied},     {Step::discarded, Kind::discarded}, {Step::linked, Kind::linked},
      {Step::mode, Kind::mode},         {Step::kept, Kind::kept},           {Step::left_out, Kind::left_out}};
  for (const auto& [known, kind] : kinds)
    if (known == step) return kind;
  return std::nullopt;
}

bool is_said(const HistoryEntry& entry, const HistoryChange& change) {
  if (change.kind == Kind::mode) return change.mode == change.mode_before;
  if (change.kind != Kind::directory) return false;
  return std::any_of(entry.changes.begin(), entry.changes.end(), [&](const HistoryChange& other) {
    return other.kind == change.kind && other.path == change.path;
  });
}

HistoryChange change_of(const JournalStep& step, Kind kind, HistoryStore::Writing& writing) {
  HistoryChange change;
  change.kind = kind;
  change.path = step.path();
  change.to = step.to;
  if (kind == Kind::moved || kind == Kind::discarded) {
    change.inode = step.before;
    change.born_ns = step.born_ns;
  }
  change.mode = step.mode;
  change.mode_before = step.mode_before;
  KeptContent& had = kind == Kind::kept ? change.after : change.before;
  if (step.is_content_kept) had = writing.keep(step.content);
  if (!step.content_after.empty())
    change.after = writing.keep(step.content_after);
  else if (!step.version.empty())
    change.after.version = step.version;
  return change;
}

}  // namespace

std::optional<HistoryEntry> record_journal(int journal, HistoryEntry entry, HistoryStore& store) {
  entry.key = key_of(journal);
  HistoryStore::Writing writing(store);
  if (writing.has(entry.key)) return std::nullopt;
  bool is_done = false;
  const files::Journal read{sys::duplicate(journal)};
  read.each([&](const JournalStep& step) {
    if (step.kind == Step::done) entry.by = step.name;
    is_done = step.kind == Step::done;
    const std::optional<Kind> kind = kind_of(step.kind);
    if (!kind) return;
    HistoryChange change = change_of(step, *kind, writing);
    if (!is_said(entry, change)) entry.changes.push_back(std::move(change));
  });
  if (!is_done || entry.changes.empty()) return std::nullopt;
  entry.id = writing.add(entry);
  return entry;
}

}  // namespace shelltool
