#pragma once
/// The file workers of a connection, as the server has them: a few processes in its sandbox, started when
/// they are needed, that serve one request each at a time.

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "policy/event.h"
#include "shelltool/files/judge.h"
#include "shelltool/session/connection.h"
#include "shelltool/worker/journals.h"
#include "shelltool/worker/wire.h"

namespace shelltool {

struct FileDenial {
  policy::FileEvent event;
  policy::Decision decision;
};

/// What became of a request.
struct FileAnswer {
  std::optional<WorkerFailure> failure;
  std::string packed;  ///< else the operation's result
  std::vector<FileDenial> denials;
  std::uint64_t entry = 0;  ///< of the history, for requests that are told
  bool is_gits = false;     ///< it was about to write what git begins with, in some directory
};

class FileWorkers {
 public:
  using Id = std::uint64_t;
  using Done = std::function<void(FileAnswer answer)>;

  FileWorkers(sys::Reactor& reactor, Connection& connection);
  FileWorkers(const FileWorkers&) = delete;
  FileWorkers& operator=(const FileWorkers&) = delete;

  /// `tool`: who asks, for the rules. `done` is called once, never from within this, unless the request is
  /// cancelled. Throws sys::Error where there can be no sandbox.
  Id start(WorkerRequest request, std::string tool, Done done);
  /// Is given each journal of what was done, which is emptied then; returns the number of its entry, or 0. It
  /// does not throw.
  using Recorder = std::function<std::uint64_t(int journal)>;
  void record_with(Recorder recorder) { recorder_ = std::move(recorder); }
  /// Calls back once, when what killed servers had begun in the workspace is taken back or finished, or the
  /// session has ended; at once where there is nothing. Throws sys::Error where there can be no sandbox.
  void when_settled(std::function<void()> callback);
  /// When the first request of a session was answered.
  void on_ready(std::function<void()> callback) { on_ready_ = std::move(callback); }
  /// Of the session that there is.
  [[nodiscard]] Journals journals() const;
  /// Kills the worker that is at it; what it had begun to change is taken back.
  void cancel(Id request);
  /// Nothing more is begun. Calls back once when no file is being changed; at once where none is.
  void close(std::function<void()> callback);

 private:
  struct Job {
    Id id = 0;
    WorkerRequest request;
    std::string tool;
    Done done;
    std::vector<FileDenial> denials;
    bool is_gits = false;
    const char* ended_by_us = nullptr;  // why its worker was killed
  };
  struct Worker {
    enum class State { starting, settling, idle, busy };
    State state = State::starting;
    sys::Channel channel;
    sys::Fd process;
    Journals::File journal;
    std::vector<Journals::File> left;  // that it settles
    std::optional<Job> job;
    sys::Watch letters, deadline;
  };
  using Place = std::list<Worker>::iterator;

  void find_unsettled();
  void tell_settled();
  void pump();
  [[nodiscard]] bool is_changing() const;
  void tell_closed();
  std::deque<Job>::iterator next_job();
  void start_worker();
  void give(Place worker, Job job);
  void on_letters(Place worker);
  void on_start(Place worker, const sys::Packet& packet);
  void on_letter(Place worker, WorkerLetter letter);
  std::vector<files::Ruling> judge(Job& job, const std::vector<files::Touch>& touches);
  void settled(Worker& worker);
  void lose(Place worker, const std::string& why);
  static void kill(const Worker& worker);
  void forget();
  std::uint64_t record(const Journals::File& journal);
  void tell(Job job, std::optional<WorkerFailure> failure, std::string packed, std::uint64_t entry = 0);

  sys::Reactor& reactor_;
  Connection& connection_;
  Recorder recorder_;
  std::function<void()> on_ready_;
  Id last_ = 0;
  std::deque<Job> queue_;
  std::list<Worker> workers_;
  std::vector<Journals::File> unsettled_;
  std::vector<std::function<void()>> settling_;
  sys::Watch settled_;
  std::function<void()> closed_;
  bool is_closing_ = false;
  bool has_answered_ = false;
  bool has_looked_ = false;  // for what an earlier server has left
};

}  // namespace shelltool
