#include "shelltool/history/put_back_plan.h"

#include <algorithm>
#include <map>
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

/// What is known of files around a turn, which was told nothing of contents.
class AroundTurn {
 public:
  AroundTurn(std::uint64_t turn, const std::vector<HistoryEntry>& entries) {
    for (const HistoryEntry& entry : entries)
      for (const HistoryChange& change : entry.changes)
        if (entry.id < turn)
          see_before(entry, change);
        else if (entry.id > turn)
          see_after(change);
  }

  /// What a file had when the turn came to change it: of the last entry that knows it, where nobody has
  /// changed the file between that and the turn.
  [[nodiscard]] std::optional<KeptContent> before(const HistoryChange& change) const {
    const auto known = before_.find(change.path);
    const bool is_that = known != before_.end() && change.changed_before_ns != 0 &&
                         change.changed_before_ns <= known->second.until_ns;
    return is_that ? std::optional(known->second.content) : std::nullopt;
  }

  /// The version that the turn has left, where somebody has kept it; else empty.
  [[nodiscard]] std::string left(const HistoryChange& change) const {
    const auto known = left_.find({change.path, change.changed_ns});
    return known == left_.end() ? std::string() : known->second;
  }

 private:
  struct Known {
    KeptContent content;
    std::int64_t until_ns = 0;  // what was changed later has another
  };

  /// A checkpoint was made a while after its files were read. That it has found one as a tool had left it
  /// is no change.
  void see_before(const HistoryEntry& entry, const HistoryChange& change) {
    if (change.after.version.empty()) return;
    Known& known = before_[change.path];
    const bool is_kept = change.kind == Kind::kept && change.changed_ns != 0;
    known = {change.after, is_kept ? std::max(change.changed_ns, known.until_ns) : entry.time_ns};
  }

  void see_after(const HistoryChange& change) {
    const bool is_kept = change.kind == Kind::kept;
    const std::int64_t changed_ns = is_kept ? change.changed_ns : change.changed_before_ns;
    const std::string& version =
        is_kept || change.kind == Kind::moved ? change.after.version : change.before.version;
    if (changed_ns != 0 && !version.empty()) left_.emplace(std::pair(change.path, changed_ns), version);
  }

  std::map<std::string, Known> before_;
  std::map<std::pair<std::string, std::int64_t>, std::string> left_;
};

class UndoPlanner {
 public:
  UndoPlanner(const HistoryEntry& entry, const std::vector<HistoryEntry>& entries, const HistoryStore& store)
      : entry_(entry), around_(entry.id, entries), store_(store) {}

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

  /// Nobody works in a trash: what was changed there is not what was put into it. Where something has come
  /// out of one, that place is gone, and it gets another.
  void move_back(const HistoryChange& change) {
    const bool came_back = files::is_in_trash(change.path);
    PutBackStep& step = add(came_back ? Step::discard : Step::move, change.to);
    if (!came_back) step.to = change.path;
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
      expected.version = around_.left(change);
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
    const KeptContent known =
        entry_.is_by_turn() ? around_.before(change).value_or(KeptContent()) : change.before;
    const std::optional<std::string> before = store_.content(known);
    if (!before) {
      plan_.missing.push_back(change.path);
      return;
    }
    PutBackStep& step = add(Step::write, change.path);
    step.content = *before;
    step.attributes = known.attributes;
    step.mode = change.mode_before;
    step.expected = as_left(change);
    if (change.kind == Kind::removed) step.expected.kind = Expectation::nothing;
    const bool has_mode = entry_.is_by_turn() && change.kind == Kind::changed && change.mode_before != 0;
    if (has_mode && change.mode != change.mode_before) add(Step::mode, change.path).mode = change.mode_before;
  }

  const HistoryEntry& entry_;
  const AroundTurn around_;
  const HistoryStore& store_;
  PutBackPlan plan_;
};

}  // namespace

PutBackPlan plan_undo(const HistoryEntry& entry, const std::vector<HistoryEntry>& entries,
                      const HistoryStore& store) {
  return UndoPlanner(entry, entries, store).plan();
}

PutBackPlan plan_restore(const HistoryEntry& checkpoint, const files::DifferResult& differ,
                         const HistoryStore& store) {
  std::set<std::string> contents(differ.changed.begin(), differ.changed.end());
  contents.insert(differ.gone.begin(), differ.gone.end());
  const std::set<std::string> modes(differ.other_modes.begin(), differ.other_modes.end());
  PutBackPlan plan;
  const auto add = [&](Step kind, const HistoryChange& change) -> PutBackStep& {
    PutBackStep& step = plan.steps.emplace_back();
    step.kind = kind;
    step.path = change.path;
    step.mode = change.mode & 0777U;
    return step;
  };
  for (const HistoryChange& change : checkpoint.changes) {
    if (change.kind != Kind::kept) continue;
    if (contents.count(change.path) != 0) {
      std::optional<std::string> content = store.content(change.after);
      if (!content) {
        plan.missing.push_back(change.path);
        continue;
      }
      PutBackStep& step = add(Step::write, change);
      step.content = std::move(*content);
      step.attributes = change.after.attributes;
    }
    if (modes.count(change.path) != 0) add(Step::mode, change);
  }
  return plan;
}

}  // namespace shelltool
