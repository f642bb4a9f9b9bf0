#pragma once

#include <cstdint>

#include "shelltool/history/history_store.h"

namespace shelltool {

/// Adds what a journal says was done, and the contents that it has, unless it is there already; returns the
/// id, or 0 where nothing was done. The session does not stand in a journal: `entry` has it. The journal may
/// be another server's, who empties it when it is recorded, and goes on with it. Throws sys::Error.
std::uint64_t record_journal(int journal, HistoryEntry entry, HistoryStore& store);
/// When what the journal has was done; 0: it is not.
std::int64_t done_time(int journal);

/// What a journal has at this moment that is begun and not done, without contents, and when the last of it
/// was.
HistoryEntry begun_in(int journal);

}  // namespace shelltool
