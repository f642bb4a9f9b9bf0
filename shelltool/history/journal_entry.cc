#include "shelltool/history/journal_entry.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "sandbox/sys/error.h"
#include "shelltool/files/journal.h"

namespace shelltool {
namespace {

using files::JournalStep;
using Step = JournalStep::Kind;
using Kind = HistoryChange::Kind;

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

HistoryChange change_of(const JournalStep& step, Kind kind) {
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
  (kind == Kind::kept ? change.changed_ns : change.changed_before_ns) = step.changed_before_ns;
  change.after.version = step.version;
  return change;
}

void keep_contents(const JournalStep& step, HistoryChange& change, HistoryStore::Writing& writing) {
  KeptContent& had = change.kind == Kind::kept ? change.after : change.before;
  if (step.is_content_kept) had = writing.keep(step.content);
  if (!step.content_after.empty()) change.after = writing.keep(step.content_after);
  had.attributes = step.attributes;
  change.after.attributes = step.attributes;
}

}  // namespace

std::uint64_t record_journal(int journal, HistoryEntry entry, HistoryStore& store) {
  const files::Journal read{sys::duplicate(journal)};
  const std::optional<JournalStep> last = read.last();
  if (!last || last->kind != Step::done) return 0;
  entry.by = last->name;
  entry.time_ns = last->after_ns;
  entry.key = last->after;
  HistoryStore::Writing writing(store);
  if (const std::uint64_t there = writing.id_of(entry.key); there != 0) return there;
  std::uint64_t done = 0;
  read.each([&](const JournalStep& step) {
    done = step.kind == Step::done ? step.after : 0;
    const std::optional<Kind> kind = kind_of(step.kind);
    if (!kind) return;
    HistoryChange change = change_of(step, *kind);
    keep_contents(step, change, writing);
    if (!is_said(entry, change)) entry.changes.push_back(std::move(change));
  });
  // Only where it is the same then, all of it was read as it is: it is emptied when it is in the history.
  if (done != entry.key || entry.changes.empty()) return 0;
  return writing.add(std::move(entry));
}

std::int64_t done_time(int journal) {
  const std::optional<JournalStep> last = files::Journal{sys::duplicate(journal)}.last();
  return last && last->kind == Step::done ? last->after_ns : 0;
}

HistoryEntry begun_in(int journal) {
  HistoryEntry entry;
  struct stat status {};
  if (::fstat(journal, &status) == 0)
    entry.time_ns = status.st_mtim.tv_sec * std::int64_t{1'000'000'000} + status.st_mtim.tv_nsec;
  files::Journal{sys::duplicate(journal)}.each([&](const JournalStep& step) {
    if (step.kind == Step::done) entry.changes.clear();
    if (const std::optional<Kind> kind = kind_of(step.kind)) entry.changes.push_back(change_of(step, *kind));
  });
  return entry;
}

}  // namespace shelltool
