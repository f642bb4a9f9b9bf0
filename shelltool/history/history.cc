#include "shelltool/history/history.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "policy/redact.h"
#include "sandbox/sys/text.h"
#include "shelltool/history/journal_entry.h"
#include "shelltool/session/log.h"
#include "shelltool/setup/caches.h"
#include "shelltool/worker/operations.h"

namespace shelltool {
namespace {

constexpr auto quiet_time = std::chrono::milliseconds(50), part_of_a_tick = std::chrono::milliseconds(1);
constexpr auto longest_wait = std::chrono::milliseconds(250), recent = std::chrono::milliseconds(100);
constexpr std::size_t most_waited_for = 2000;  // files, which take some milliseconds
constexpr std::size_t longest_command = 64 << 10, longest_note = 200, most_commands = 20;
constexpr std::int64_t longest_step_ns = 1'000'000'000;
constexpr int most_looks = 5;  // at a workspace that tools change all the time

std::int64_t read_clock(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}
/// Files are stamped with the time of the last tick, since Linux 6.13 also with finer ones. So nothing that
/// is done from now on is stamped earlier than this,
std::int64_t earliest_stamp() { return read_clock(CLOCK_REALTIME_COARSE); }
/// and nothing that has been done later than that.
std::int64_t latest_stamp() { return read_clock(CLOCK_REALTIME); }

/// A command as the history tells it: what is secret in it is found before it is cut.
std::string noted(const std::string& command) {
  return std::string(sys::cut(policy::redacted({command}).front(), longest_note));
}

/// Another server may empty its journal and go on while it is read: what it had is in the history then.
template <class Work>
void unless_emptied(Work work) {
  try {
    work();
  } catch (const sys::Error& error) {
    log(LogLevel::debug, error.what());
  }
}

}  // namespace

History::History(sys::Reactor& reactor, Connection& connection, FileWorkers& workers)
    : reactor_(reactor), connection_(connection), workers_(workers) {
  workers_.record_with([this](int journal) { return record(journal); });
  workers_.on_ready([this] {
    if (!turns_.has_begun() && !is_looking_) look();
  });
  connection_.on_forget([this] { forget(); });
}

HistoryStore& History::store() {
  const Session& session = connection_.session();
  if (!store_) {
    const Plan& plan = session.plan();
    const std::string& workspace =
        plan.workspace.roots.empty() ? plan.made.spec.cwd : plan.workspace.roots.front();
    store_.emplace(session.history_directory() + "/" + workspace_id(workspace));
    (void)store_->unseen();  // what was done before this session
  }
  return *store_;
}

const std::vector<std::string>& History::roots() const {
  return connection_.session().plan().workspace.roots;
}

HistoryEntry History::new_entry() const {
  HistoryEntry entry;
  entry.time_ns = latest_stamp();
  if (const Session* session = connection_.current()) entry.session = session->id();
  return entry;
}

std::uint64_t History::record(int journal) {
  is_stale_ = true;
  try {
    record_done(workers_.journals().all(journal), journal);
    const std::uint64_t id = record_journal(journal, new_entry(), store());
    note_unseen();
    noted_ns_ = latest_stamp();
    return id;
  } catch (const std::exception& error) {
    trouble_ = error.what();
    log(LogLevel::warning, fmt::format("a change is not in the history: {}", trouble_));
    return 0;
  }
}

void History::when_command_may_begin(std::function<void()> callback) {
  when_settled([this, callback = std::move(callback)]() mutable {
    when_seen([this, callback = std::move(callback)]() mutable { await_tick(std::move(callback)); });
  });
}

void History::when_seen(std::function<void()> callback) {
  const bool is_any_running = std::any_of(commands_.begin(), commands_.end(),
                                          [](const Command& command) { return !command.is_answered; });
  const auto now = sys::BootClock::now();
  const bool is_seen = now - look_ended_ < recent || files_seen_ > most_waited_for;
  if (!turns_.has_begun() || is_any_running || is_seen) return callback();
  beginning_.push_back(std::move(callback));
  begin_at_latest_ = reactor_.at(now + longest_wait, [this] { let_begin(); });
  look();
}

void History::let_begin() {
  begin_at_latest_.cancel();
  for (auto& callback : std::exchange(beginning_, {})) reactor_.post(std::move(callback));
}

void History::await_tick(std::function<void()> callback) {
  const std::int64_t behind_ns = noted_ns_ - earliest_stamp();
  if (behind_ns < 0 || behind_ns > longest_step_ns) return callback();  // or the clock was set back
  awaiting_tick_.push_back(std::move(callback));
  next_tick_ = reactor_.at(sys::BootClock::now() + part_of_a_tick, [this] {
    for (auto& waiting : std::exchange(awaiting_tick_, {})) await_tick(std::move(waiting));
  });
}

/// What any server has answered and not yet recorded, in the order in which it was done: who asks after an
/// answer finds it, and what was done upon it comes behind it.
void History::record_done(const std::vector<sys::Fd>& journals, int own) {
  std::vector<std::pair<std::int64_t, int>> done;
  const auto add = [&](int journal) {
    unless_emptied([&] { done.emplace_back(done_time(journal), journal); });
  };
  for (const sys::Fd& journal : journals) add(journal.get());
  if (own >= 0) add(own);
  std::sort(done.begin(), done.end());
  for (const auto& one : done) {
    if (one.first == 0) continue;
    HistoryEntry entry = new_entry();
    if (one.second != own) entry.session.clear();  // whose it is does not stand there
    unless_emptied([&] { record_journal(one.second, std::move(entry), store()); });
  }
}

/// What tools of whichever server and commands of others have done is no work of our commands; whether there
/// was something.
bool History::note_unseen() {
  std::vector<HistoryEntry> unseen = store().unseen();
  const std::string own = new_entry().session;
  std::erase_if(unseen, [&](const HistoryEntry& entry) {
    return entry.is_checkpoint() || (entry.is_by_turn() && entry.session == own);
  });
  for (HistoryEntry& entry : unseen) {
    store().read_list(entry);
    turns_.note(entry);
  }
  return !unseen.empty();
}

/// What other servers have done, and what any tool is at: half done it was looked over, too.
bool History::note_others() {
  const std::vector<sys::Fd> journals = workers_.journals().all();
  std::vector<HistoryEntry> begun;
  for (const sys::Fd& journal : journals) unless_emptied([&] { begun.push_back(begun_in(journal.get())); });
  record_done(journals);
  const bool has_unseen = note_unseen();
  const std::int64_t since_ns = commands_.empty() ? earliest_stamp() : commands_.front().since_ns;
  std::erase_if(begun, [&](const HistoryEntry& entry) {  // some that a killed server has left are older
    return entry.changes.empty() || entry.time_ns + longest_step_ns < since_ns;
  });
  for (HistoryEntry& entry : begun) {
    entry.time_ns = latest_stamp();
    turns_.note(entry);
  }
  return has_unseen || !begun.empty();
}

History::Turn History::on_turn(const std::string& command) {
  commands_.push_back({++last_turn_, command.substr(0, longest_command), earliest_stamp(), false});
  if (!turns_.has_begun()) look();
  return last_turn_;
}

void History::on_answered(Turn turn) {
  is_stale_ = true;
  for (Command& command : commands_)
    if (command.turn == turn) command.is_answered = true;
  if (commands_.size() > most_commands) {  // faster than anybody looks: they are one
    const auto is_answered = [](const Command& command) { return command.is_answered; };
    const auto first = std::find_if(commands_.begin(), commands_.end(), is_answered);
    const auto second = std::find_if(std::next(first), commands_.end(), is_answered);
    if (second != commands_.end()) commands_.erase(second);
  }
  next_look_ = reactor_.at(sys::BootClock::now() + quiet_time, [this] { look(); });
}

void History::when_current(std::function<void()> callback) {
  if (!next_look_ && !is_looking_) {
    if (connection_.current() != nullptr) record_done(workers_.journals().all());
    return callback();
  }
  waiting_.push_back(std::move(callback));
  if (!is_looking_) look();
}

void History::look() {
  next_look_.cancel();
  if (connection_.is_ending() || connection_.current() == nullptr || is_looking_) return;
  is_looking_ = true;
  is_stale_ = false;
  WorkerRequest request{Operations::number<&files::look_over>(), {}, false};
  request.packed = sys::packed(files::LookOverRequest{roots()});
  workers_.start(std::move(request), "history", [this](FileAnswer answer) { on_looked(answer); });
}

void History::on_looked(const FileAnswer& answer) {
  is_looking_ = false;
  look_ended_ = sys::BootClock::now();
  try {
    // What was seen may be from before what has been noted meanwhile.
    const bool has_noted = note_others();
    if (!answer.failure && (has_noted || is_stale_) && ++stale_looks_ < most_looks) return look();
    stale_looks_ = 0;
    if (answer.failure) throw sys::Error(sys::Kind::io, "{}", answer.failure->sentence);
    const auto now = sys::unpacked<files::LookOverResult>(answer.packed);
    if (turns_.has_begun())
      record_turns(now);
    else
      turns_.begin(now, commands_.empty() ? earliest_stamp() : commands_.front().since_ns);
    files_seen_ = now.files.size();
    for (const files::SeenFile& file : now.files) noted_ns_ = std::max(noted_ns_, file.changed_ns);
    // A look of its own is still owed to whom the first one was too early for.
    const bool is_owed = std::any_of(commands_.begin(), commands_.end(),
                                     [](const Command& command) { return command.is_answered; });
    if (is_owed && (!next_look_ || !waiting_.empty())) return look();
  } catch (const std::exception& error) {
    trouble_ = error.what();
    log(LogLevel::warning, fmt::format("what commands have changed is not in the history: {}", trouble_));
  }
  for (auto& callback : std::exchange(waiting_, {})) reactor_.post(std::move(callback));
  let_begin();
}

void History::record_turns(const files::LookOverResult& now) {
  HistoryEntry entry = new_entry();
  entry.by = HistoryEntry::turn;
  entry.key = static_cast<std::uint64_t>(entry.time_ns);
  std::vector<std::string> texts;
  for (const Command& command : commands_) texts.push_back(noted(command.text));
  entry.note = fmt::format("{}", fmt::join(texts, "\n"));
  const bool is_by_us = !commands_.empty();
  const std::int64_t since_ns = is_by_us ? commands_.front().since_ns : entry.time_ns;
  std::erase_if(commands_, [](const Command& command) { return command.is_answered; });
  TurnChanges::Found found = turns_.look(now, since_ns);
  entry.changes = std::move(found.changes);
  if (!found.unknown.empty()) entry.note += fmt::format("\n({})", found.unknown);
  if (is_by_us && !entry.changes.empty()) HistoryStore::Writing(store()).add(std::move(entry));
}

void History::forget() {
  next_look_.cancel();
  commands_.clear();
  turns_ = {};
  is_looking_ = false;
  stale_looks_ = 0;
  store_.reset();
  noted_ns_ = 0;
  look_ended_ = {};
  for (auto& callback : std::exchange(waiting_, {})) reactor_.post(std::move(callback));
  let_begin();
}

}  // namespace shelltool
