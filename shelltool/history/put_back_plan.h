#pragma once
/// The way back from an entry, as steps for files/put_back.h.

#include <string>
#include <vector>

#include "shelltool/files/keep_files.h"
#include "shelltool/files/put_back.h"
#include "shelltool/history/history_store.h"

namespace shelltool {

struct PutBackPlan {
  std::vector<files::PutBackStep> steps;
  std::vector<std::string> missing;  ///< paths whose content before is not known, each with why
};

/// Undoes an entry. `entries`: all, from the oldest, which may have what a turn has found and left; none
/// need be there for what a tool did.
PutBackPlan plan_undo(const HistoryEntry& entry, const std::vector<HistoryEntry>& entries,
                      const HistoryStore& store);

/// Files of a checkpoint as they were, where they differ.
PutBackPlan plan_restore(const HistoryEntry& checkpoint, const files::DifferResult& differ,
                         const HistoryStore& store);

}  // namespace shelltool
