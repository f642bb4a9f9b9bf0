#pragma once

#include <optional>

#include "shelltool/history/history_store.h"

namespace shelltool {

/// Adds what a journal says was done, and the contents that it has; nothing where it is there already, or
/// where nothing was done. The entry's id, time and session are not set yet by what stands in a journal:
/// `entry` has them. Throws sys::Error.
std::optional<HistoryEntry> record_journal(int journal, HistoryEntry entry, HistoryStore& store);

}  // namespace shelltool
