#pragma once
/// The history of a connection's workspace: it hears of every change that a file tool has made, and looks
/// over the workspace after commands. Other servers of the workspace have the same: what they have done since
/// is read from the store, and from their journals what they have answered and not yet recorded.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "shelltool/history/history_store.h"
#include "shelltool/history/turn_changes.h"
#include "shelltool/worker/file_workers.h"

namespace shelltool {

class History {
 public:
  History(sys::Reactor& reactor, Connection& connection, FileWorkers& workers);
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  /// A command begins; it is answered. The workspace is looked over when no command was answered for 50 ms,
  /// or when the next one asks whether it may begin. For the first time it is done when a file worker is
  /// there, or beside the first command.
  using Turn = std::uint64_t;
  Turn on_turn(const std::string& command);
  void on_answered(Turn turn);
  /// Before anything is told: see FileWorkers.
  void when_settled(std::function<void()> callback) { workers_.when_settled(std::move(callback)); }
  /// Calls back when it is settled, when what others have changed was seen, and when what a command changes
  /// gets a later stamp than that: within 4 ms of a change at most, perhaps at once. Nobody waits to see a
  /// workspace of more than 2,000 files or one that was seen 100 ms ago, nor while a command runs, nor longer
  /// than 250 ms: what others do then counts as the next one's work.
  void when_command_may_begin(std::function<void()> callback);
  /// Calls back when what commands have changed until now is recorded, and what any server has answered;
  /// perhaps at once.
  void when_current(std::function<void()> callback);

  /// Why the last change that could not be recorded was not; empty: all were.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

  /// Of the session that there is.
  HistoryStore& store();
  /// Of the workspace.
  [[nodiscard]] const std::vector<std::string>& roots() const;

 private:
  std::uint64_t record(int journal);
  [[nodiscard]] HistoryEntry new_entry() const;
  void when_seen(std::function<void()> callback);
  void let_begin();
  void await_tick(std::function<void()> callback);
  void record_done(const std::vector<sys::Fd>& journals, int own = -1);
  bool note_unseen();
  bool note_others();
  void look();
  void on_looked(const FileAnswer& answer);
  void record_turns(const files::LookOverResult& now);
  void forget();

  sys::Reactor& reactor_;
  Connection& connection_;
  FileWorkers& workers_;
  std::optional<HistoryStore> store_;
  TurnChanges turns_;
  struct Command {
    Turn turn = 0;
    std::string text;
    std::int64_t since_ns = 0;
    bool is_answered = false;
  };
  Turn last_turn_ = 0;
  std::vector<Command> commands_;  // that run, or have run since the last look; from the oldest
  sys::Watch next_look_;
  std::int64_t noted_ns_ = 0;  // when something was noted last
  sys::Watch next_tick_;
  std::vector<std::function<void()>> awaiting_tick_;
  bool is_looking_ = false;
  sys::BootClock::time_point look_ended_;  // the last one
  std::size_t files_seen_ = 0;
  std::vector<std::function<void()>> beginning_;
  sys::Watch begin_at_latest_;
  bool is_stale_ = false;  // a tool or a command has ended since the look began
  int stale_looks_ = 0;
  std::string trouble_;
  std::vector<std::function<void()>> waiting_;
};

}  // namespace shelltool
