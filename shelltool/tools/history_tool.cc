#include "shelltool/tools/history_tool.h"

#include <algorithm>
#include <utility>

#include "sandbox/sys/nearest.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/history/put_back_plan.h"
#include "shelltool/tools/file_call.h"
#include "shelltool/tools/history_text.h"

namespace shelltool {
namespace {

using mcp::Json;
using Type = mcp::Parameter::Type;

constexpr std::size_t room = 29'000;  // of the 32,000 that a result may have
constexpr std::size_t most_missing = 20;
const std::vector<std::string> actions = {"list", "show", "diff", "undo", "checkpoint", "restore"};

/// One call, until it is answered.
class HistoryCall {
 public:
  HistoryCall(FileTools tools, History& history, const mcp::Arguments& arguments, mcp::ToolCall call)
      : tools_(tools),
        history_(history),
        call_(std::move(call)),
        action_(arguments.get<std::string>("action").value_or("list")),
        id_(static_cast<std::uint64_t>(arguments.get<std::int64_t>("id").value_or(0))),
        dry_run_(arguments.get<bool>("dry_run").value_or(false)) {
    if (std::find(actions.begin(), actions.end(), action_) == actions.end()) {
      const std::string near = sys::nearest(action_, actions);
      throw mcp::ArgumentError(
          fmt::format("there is no action {}; {}there are list, show, diff, undo, checkpoint and restore",
                      sys::shown(action_), near.empty() ? "" : fmt::format("is '{}' meant? ", near)));
    }
    if (arguments.get<std::int64_t>("id").value_or(1) < 1)
      throw mcp::ArgumentError("'id' must be the number of an entry, from 1 on");
    if (action_ == "checkpoint" && (id_ != 0 || dry_run_ || arguments.get<std::string>("path")))
      throw mcp::ArgumentError(
          "a checkpoint is always of the whole workspace: leave out 'id', 'path' and "
          "'dry_run'; nothing was done");
    if (const auto path = arguments.get<std::string>("path"))
      path_ = sys::normal_path(absolute_path(tools_, *path));  // the server follows no link there
  }

  /// Throws ArgumentError and Error, which are the answer.
  void run() {
    if (action_ == "checkpoint") return checkpoint();
    if (action_ == "list") return list();
    if (action_ == "show") return show(chosen());
    if (action_ == "diff") return diff(chosen());
    if (action_ == "undo") return undo(chosen());
    restore(chosen());
  }

  [[nodiscard]] bool is_over() const { return call_.is_over(); }

  void answer_error(const std::string& sentence) {
    mcp::ToolResult result;
    result.text = sentence;
    result.is_error = true;
    call_.answer(with_meta(std::move(result), {}, tools_));
  }

 private:
  [[nodiscard]] ShowPath shown() const {
    return [tools = tools_](const std::string& path) { return shown_file(tools, path); };
  }

  [[nodiscard]] HistoryStore& store() const { return history_.store(); }

  [[nodiscard]] std::vector<HistoryEntry> all_about_path() const {
    std::vector<HistoryEntry> entries = store().entries();
    if (path_.empty()) return entries;
    for (HistoryEntry& entry : entries) store().read_list(entry);
    return about(std::move(entries), path_);
  }

  /// Names that a rule hides are not told, neither the first nor the second. All are asked about at once: of
  /// thousands not each is on record.
  void hide(std::vector<HistoryChange>& changes) {
    using Kind = HistoryChange::Kind;
    std::vector<policy::FileEvent> events;
    for (const HistoryChange& change : changes) {
      const bool has_two = change.kind == Kind::moved || change.kind == Kind::copied;
      events.push_back(
          {policy::EventKind::read, {change.path, has_two ? change.to : change.path}, "history"});
    }
    const std::vector<policy::Decision> decisions = tools_.connection.session().judge(events);
    auto next = decisions.begin();
    hidden_ += std::erase_if(
        changes, [&](const HistoryChange&) { return (next++)->verdict != policy::Verdict::allow; });
  }

  [[nodiscard]] std::string hidden_text(std::uint64_t by_worker = 0) const {
    const std::uint64_t count = hidden_ + by_worker;
    return count == 0 ? std::string() : fmt::format("\n{} more: hidden by rules on reading", count);
  }

  void answer(std::string text, Json meta) {
    mcp::ToolResult result{std::move(text), false, {{"gatehouse/result", std::move(meta)}}};
    call_.answer(with_meta(std::move(result), {}, tools_));
  }

  void list() {
    std::vector<HistoryEntry> entries = all_about_path();
    const std::size_t count = entries.size();
    std::reverse(entries.begin(), entries.end());
    if (id_ != 0) std::erase_if(entries, [&](const HistoryEntry& entry) { return entry.id > id_; });
    const std::set<std::uint64_t> gone = undone(store().entries());
    std::string lines;
    Json told = Json::array();
    std::uint64_t next = 0;
    for (HistoryEntry& entry : entries) {
      const std::size_t left_out = entry.changes.size() - std::min(entry.changes.size(), named_in_line);
      entry.changes.resize(entry.changes.size() - left_out);
      hide(entry.changes);
      std::string line = "\n" + entry_line(entry, shown(), left_out);
      if (gone.count(entry.id) != 0) line += " · undone";
      if (lines.size() + line.size() > room || told.size() == 100) {
        next = entry.id;
        break;
      }
      lines += line;
      told.push_back(entry_json(entry));
    }
    std::string first =
        count == 0 ? "nothing has been changed yet" : fmt::format("{} entries, the newest first", count);
    if (next != 0) first += fmt::format(" · older ones: history {{\"action\":\"list\",\"id\":{}}}", next);
    if (!history_.trouble().empty()) first += " · not all is recorded: " + sys::visible(history_.trouble());
    answer(first + lines + hidden_text(), {{"entries", std::move(told)}, {"next", next}});
  }

  /// That of the id, else the newest that fits the action.
  HistoryEntry chosen() {
    if (id_ != 0) {
      if (action_ == "undo" && !path_.empty())
        throw mcp::ArgumentError(
            "an entry is undone as a whole: leave out 'path', or 'id' for the newest of the path");
      std::optional<HistoryEntry> entry = store().entry(id_);
      if (!entry)
        throw mcp::ArgumentError(
            fmt::format("there is no entry {}; history {{\"action\":\"list\"}} shows those there are", id_));
      return std::move(*entry);
    }
    const std::vector<HistoryEntry> entries = all_about_path();
    const std::set<std::uint64_t> gone = undone(store().entries());
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
      const bool is_way_back = entry->by.starts_with("undo ");
      if (action_ == "restore" ? !entry->is_checkpoint() : entry->is_checkpoint()) continue;
      if (action_ == "undo" && (is_way_back || gone.count(entry->id) != 0)) continue;
      return *store().entry(entry->id);
    }
    throw mcp::ArgumentError(action_ == "restore" ? "there is no checkpoint" : "there is no entry for that");
  }

  void show(HistoryEntry entry) {
    if (!path_.empty()) {
      std::vector<HistoryEntry> found = about({entry}, path_);
      entry.changes = found.empty() ? std::vector<HistoryChange>() : std::move(found.front().changes);
    }
    hide(entry.changes);
    const EntryText text = entry_text(entry, shown());
    std::string notice;
    if (!text.is_whole)
      notice = fmt::format(
          "not all is shown; a part: history {{\"action\":\"show\",\"id\":{},\"path\":\"DIRECTORY\"}}\n",
          entry.id);
    answer(notice + text.text + hidden_text(), {{"entry", entry_json(entry)}});
  }

  void diff(HistoryEntry entry) {
    if (entry.is_checkpoint()) {
      dry_run_ = true;
      return restore(entry);
    }
    hide(entry.changes);
    files::CompareRequest request;
    request.room = room;
    std::string unknown;
    for (const HistoryChange& change : entry.changes) {
      using Kind = HistoryChange::Kind;
      if (!path_.empty() && !sys::is_within(change.path, path_)) continue;
      const bool has_content =
          change.kind == Kind::changed || change.kind == Kind::created || change.kind == Kind::removed;
      const auto before = store().content(change.before), after = store().content(change.after);
      const bool is_known =
          (before || change.kind == Kind::created) && (after || change.kind == Kind::removed);
      if (has_content && is_known)
        request.texts.push_back(
            {change.path, shown_file(tools_, change.path), before.value_or(""), after.value_or("")});
      else if (has_content || change.kind != Kind::directory)
        unknown +=
            "\n" + change_text(change, shown()) + (has_content ? " · its content then is not known" : "");
    }
    WorkerRequest packed = request_for<&files::compare>(std::move(request));
    call_worker(
        tools_, std::move(packed), {"history", call_},
        [self = *this, entry, unknown](const FileAnswer& answer) {
          const auto compared = sys::unpacked<files::CompareResult>(answer.packed);
          mcp::ToolResult result;
          if (compared.is_cut)
            result.text = fmt::format(
                "not all is shown; a part: history {{\"action\":\"diff\",\"id\":{},\"path\":\"FILE\"}}\n",
                entry.id);
          result.text +=
              fmt::format("entry {} · {}{}\n{}", entry.id, entry.by, sys::cut(unknown, 2000), compared.diff);
          result.text.pop_back();
          result.text += self.hidden_text(compared.hidden);
          result.meta = {{"gatehouse/result", {{"entry", entry_json(entry)}}}};
          return result;
        });
  }

  void undo(const HistoryEntry& entry) {
    if (entry.is_checkpoint())
      throw mcp::ArgumentError(
          fmt::format("entry {} is a checkpoint, which changed nothing: use action restore", entry.id));
    std::vector<HistoryEntry> entries;
    if (entry.is_by_turn()) entries = store().entries();
    for (HistoryEntry& other : entries) store().read_list(other);
    PutBackPlan plan = plan_undo(entry, entries, store());
    put_back(std::move(plan), fmt::format("undo {}", entry.id), entry);
  }

  void restore(const HistoryEntry& entry) {
    if (!entry.is_checkpoint())
      throw mcp::ArgumentError(fmt::format("entry {} is no checkpoint: use action undo", entry.id));
    files::DifferRequest request;
    for (const HistoryChange& change : entry.changes)
      if (change.kind == HistoryChange::Kind::kept && (path_.empty() || sys::is_within(change.path, path_)))
        request.files.push_back({change.path, change.after.version, change.after.size, change.mode});
    if (request.files.empty())
      throw mcp::ArgumentError(fmt::format("checkpoint {} has no such file", entry.id));
    tools_.workers.start(
        request_for<&files::differ>(std::move(request)), "history",
        [self = *this, entry](const FileAnswer& answer) mutable { self.restore_those(entry, answer); });
  }

  void restore_those(const HistoryEntry& entry, const FileAnswer& answer) {
    if (answer.failure) return call_.answer(with_meta(failure_result(answer, tools_), answer, tools_));
    const auto differ = sys::unpacked<files::DifferResult>(answer.packed);
    hidden_ = differ.hidden;
    if (differ.changed.empty() && differ.gone.empty() && differ.other_modes.empty())
      return this->answer(
          fmt::format("{} of checkpoint {} are as they were{}",
                      hidden_ == 0 ? "all files" : "those files that may be read", entry.id, hidden_text()),
          Json::object());
    try {
      put_back(plan_restore(entry, differ, store()), fmt::format("restore {}", entry.id), entry);
    } catch (const sys::Error& error) {
      answer_error(error.what());
    }
  }

  void put_back(PutBackPlan plan, const std::string& by, const HistoryEntry& entry) {
    if (!plan.missing.empty()) {
      std::string names;
      for (std::size_t i = 0; i < plan.missing.size() && i < most_missing; ++i)
        names += "\n" + shown_file(tools_, plan.missing[i]);
      throw sys::Error(
          sys::Kind::invalid,
          "{}: what {} had before is not known, so that nothing was changed; a checkpoint keeps it, "
          "and what is larger than 16 MB is not kept:{}",
          by, plan.missing.size() == 1 ? "this file" : "these files", names);
    }
    files::PutBackRequest request{std::move(plan.steps), history_.roots(), dry_run_, room, advice(entry)};
    const std::string steps = steps_text(request.steps);
    const std::size_t count = request.steps.size();
    WorkerRequest packed = request_for<&files::put_back>(std::move(request));
    packed.by = by;
    packed.tells_entry = true;
    call_worker(tools_, std::move(packed), {"history", call_},
                [self = *this, by, steps, count, entry](const FileAnswer& answer) {
                  return self.put_back_result(by, steps, count, entry, answer);
                });
  }

  /// Where something stands in the way.
  [[nodiscard]] static std::string advice(const HistoryEntry& entry) {
    if (entry.is_checkpoint())
      return fmt::format(
          "Move it away and restore again, or restore what it is not in the way of: history "
          "{{\"action\":\"restore\",\"id\":{},\"path\":\"FILE OR DIRECTORY\"}}",
          entry.id);
    return fmt::format(
        "Undo what was changed since, or move it away, and then undo this; what this changed: history "
        "{{\"action\":\"diff\",\"id\":{}}}",
        entry.id);
  }

  [[nodiscard]] std::string steps_text(const std::vector<files::PutBackStep>& steps) const {
    using Kind = files::PutBackStep::Kind;
    std::string text;
    for (const files::PutBackStep& step : steps) {
      const std::string path = shown_file(tools_, step.path);
      std::string line = "\n";
      if (step.kind == Kind::write) line += "put back " + path;
      if (step.kind == Kind::discard) line += "to the trash: " + path;
      if (step.kind == Kind::move)
        line += fmt::format("moved {} back to {}", path, shown_file(tools_, step.to));
      if (step.kind == Kind::remove_directory) line += "removed the directory " + path;
      if (step.kind == Kind::mode) line += fmt::format("mode {:03o} of {}", step.mode, path);
      if (text.size() + line.size() > room / 3) return text + "\nand more";
      text += line;
    }
    return text;
  }

  [[nodiscard]] mcp::ToolResult put_back_result(const std::string& by, const std::string& steps,
                                                std::size_t count, const HistoryEntry& entry,
                                                const FileAnswer& answer) const {
    const auto done = sys::unpacked<files::PutBackResult>(answer.packed);
    mcp::ToolResult result;
    if (dry_run_)
      result.text =
          fmt::format("dry run, nothing was changed: {} ({}) would make {} changes", by, entry.by, count);
    else
      result.text = fmt::format("{} ({}) is done, as entry {}", by, entry.by, answer.entry);
    result.text += steps;
    for (const std::string& left : done.left)
      result.text += fmt::format("\nleft: {} is not empty", shown_file(tools_, left));
    for (const std::string& lost : done.lost) result.text += "\n" + shown_file(tools_, lost) + not_kept;
    result.text += hidden_text();
    if (dry_run_) result.text += "\n" + done.diff;
    while (result.text.ends_with('\n')) result.text.pop_back();
    result.meta = {{"gatehouse/result", {{"of", entry.id}, {"entry", answer.entry}, {"changes", count}}}};
    return result;
  }

  void checkpoint() {
    WorkerRequest packed = request_for<&files::keep_files>({history_.roots()});
    packed.by = "checkpoint";
    packed.tells_entry = true;
    call_worker(tools_, std::move(packed), {"history", call_}, [](const FileAnswer& answer) {
      const auto kept = sys::unpacked<files::KeepResult>(answer.packed);
      mcp::ToolResult result;
      if (answer.entry == 0) {
        result.text = "there is no checkpoint: the workspace has no file that it could keep";
        result.is_error = true;
        return result;
      }
      result.text = fmt::format("checkpoint {}: {} file{}, {} bytes; what is ignored is not in it",
                                answer.entry, kept.files, kept.files == 1 ? "" : "s", kept.bytes);
      for (const std::string& left : kept.left_out) result.text += "\nleft out: " + left;
      if (kept.more_left_out != 0) result.text += fmt::format("\nleft out: {} more", kept.more_left_out);
      if (kept.hidden != 0) result.text += fmt::format("\nleft out: {} that rules hide", kept.hidden);
      result.meta = {
          {"gatehouse/result", {{"entry", answer.entry}, {"files", kept.files}, {"bytes", kept.bytes}}}};
      return result;
    });
  }

  FileTools tools_;
  History& history_;
  mcp::ToolCall call_;
  std::string action_, path_;
  std::uint64_t id_ = 0, hidden_ = 0;
  bool dry_run_ = false;
};

}  // namespace

mcp::Tool history_tool(FileWorkers& workers, Connection& connection, History& history,
                       const LiveState& state) {
  const FileTools tools{workers, connection};
  mcp::Tool tool;
  tool.name = "history";
  tool.title = "Undo changes of files";
  tool.description =
      "What tools and commands have changed in the workspace, and the way back. undo (the newest, or id) "
      "refuses where "
      "somebody else has changed a file since; checkpoint keeps all files, restore puts them back and leaves "
      "new ones.";
  tool.parameters = {{"action", Type::string, "list, show, diff, undo, checkpoint, restore.", false, {}, {}},
                     {"id", Type::integer, "The entry.", false, {}, {}},
                     {"path", Type::string, "Only what concerns it.", false, {}, {{"file_path", {}}}},
                     {"dry_run", Type::boolean, "Only show.", false, {}, {{"dryRun", {}}}}};
  tool.annotations = [&state] { return annotations_of_change(state, false); };
  tool.run = [tools, &history](const mcp::Arguments& arguments, mcp::ToolCall call) {
    const auto begin = [run = HistoryCall(tools, history, arguments, std::move(call))]() mutable {
      if (run.is_over()) return;
      try {
        run.run();
      } catch (const std::exception& error) {  // nobody above answers the call
        run.answer_error(error.what());
      }
    };
    history.when_settled([&history, begin] { history.when_current(begin); });
  };
  return tool;
}

}  // namespace shelltool
