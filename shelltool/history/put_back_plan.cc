#include "shelltool/history/put_back_plan.h"

#include <algorithm>
#include <optional>
#include <set>

#include "shelltool/files/trash.h"

namespace shelltool {
namespace {

using Kind = HistoryChange::Kind;
using files::PutBackStep;
using Step = PutBackStep::Kind;
using Expectation = PutBackStep::Expected::Kind;

/// The clock of files may be a tick ahead of the one that entries are stamped by.
constexpr std::int64_t tick_ns = 10'000'000;

/// What a file had when a turn came to change it: of the last entry that knows it, where nobody has changed
/// the file between that and the turn.
std::optional<std::string> content_before(const HistoryChange& change,
                                          const std::vector<HistoryEntry>& earlier,
                                          const HistoryStore& store) {
  for (auto entry = earlier.rbegin(); entry != earlier.rend(); ++entry) {
    const auto known =
        std::find_if(entry->changes.rbegin(), entry->changes.rend(), [&](const HistoryChange& other) {
          return other.path == change.path && !other.after.version.empty();
        });
    if (known == entry->changes.rend()) continue;
    const bool is_that = change.changed_before_ns != 0 && change.changed_before_ns <= entry->time_ns;
    return is_that ? store.content(known->after) : std::nullopt;
  }
  return std::nullopt;
}

class UndoPlanner {
 public:
  UndoPlanner(const HistoryEntry& entry, const std::vector<HistoryEntry>& earlier, const HistoryStore& store)
      : entry_(entry), earlier_(earlier), store_(store) {}

  PutBackPlan plan() {
    for (auto change = entry_.changes.rbegin(); change != entry_.changes.rend(); ++change) undo(*change);
    return std::move(plan_);
  }

 private:
  void undo(const HistoryChange& change) {
    switch (change.kind) {
      case Kind::changed:
      case Kind::removed:
        return write(change);
      case Kind::created:
      case Kind::copied:
        add(Step::discard, change.path).expected = as_left(change);
        return;
      case Kind::directory:
        add(Step::remove_directory, change.path);
        return;
      case Kind::moved:
      case Kind::discarded:
        return move_back(change);
      case Kind::linked: {
        PutBackStep& step = add(Step::discard, change.path);
        step.expected.kind = Expectation::link;
        step.expected.version = change.to;
        return;
      }
      case Kind::mode: {
        PutBackStep& step = add(Step::mode, change.path);
        step.mode = change.mode_before;
        step.expected.kind = Expectation::mode;
        step.expected.mode = change.mode;
        return;
      }
      case Kind::kept:
      case Kind::left_out:
        return;
    }
  }

  PutBackStep& add(Step kind, const std::string& path) {
    PutBackStep& step = plan_.steps.emplace_back();
    step.kind = kind;
    step.path = path;
    return step;
  }

  /// Nobody works in a trash: what was changed there is not what was put into it.
  void move_back(const HistoryChange& change) {
    PutBackStep& step = add(Step::move, change.to);
    step.to = change.path;
    step.expected.kind = files::is_in_trash(change.to) ? Expectation::untouched : Expectation::same;
    step.expected.changed_ns = entry_.time_ns + tick_ns;
    step.expected.inode = change.inode;
    step.expected.born_ns = change.born_ns;
    step.expected.version = change.after.version;
  }

  [[nodiscard]] PutBackStep::Expected as_left(const HistoryChange& change) const {
    PutBackStep::Expected expected;
    if (change.changed_ns != 0) {
      expected.kind = Expectation::changed;
      expected.changed_ns = change.changed_ns;
    } else if (!change.after.version.empty()) {
      expected.kind = Expectation::version;
      expected.version = change.after.version;
      expected.content = store_.content(change.after).value_or("");
    } else {
      expected.kind = Expectation::untouched;
      expected.changed_ns = entry_.time_ns + tick_ns;
    }
    return expected;
  }

  void write(const HistoryChange& change) {
    const std::optional<std::string> before =
        entry_.is_by_turn() ? content_before(change, earlier_, store_) : store_.content(change.before);
    if (!before) {
      plan_.missing.push_back(change.path);
      return;
    }
    PutBackStep& step = add(Step::write, change.path);
    step.content = *before;
    step.mode = change.mode_before;
    step.expected = as_left(change);
    if (change.kind == Kind::removed) step.expected.kind = Expectation::nothing;
  }

  const HistoryEntry& entry_;
  const std::vector<HistoryEntry>& earlier_;
  const HistoryStore& store_;
  PutBackPlan plan_;
};

}  // namespace

PutBackPlan plan_undo(const HistoryEntry& entry, const std::vector<HistoryEntry>& earlier,
                      const HistoryStore& store) {
  return UndoPlanner(entry, earlier, store).plan();
}

PutBackPlan plan_restore(const HistoryEntry& checkpoint, const std::vector<std::string>& paths,
                         const HistoryStore& store) {
  const std::set<std::string> wanted(paths.begin(), paths.end());
  PutBackPlan plan;
  for (const HistoryChange& change : checkpoint.changes) {
    if (change.kind != Kind::kept || wanted.count(change.path) == 0) continue;
    std::optional<std::string> content = store.content(change.after);
    if (!content) {
      plan.missing.push_back(change.path);
      continue;
    }
    PutBackStep& step = plan.steps.emplace_back();
    step.path = change.path;
    step.content = std::move(*content);
    step.mode = change.mode;
  }
  return plan;
}

}  // namespace shelltool
