#include "shelltool/worker/file_workers.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iterator>
#include <utility>

#include "policy/denial.h"
#include "sandbox/launcher/wire.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "shelltool/session/log.h"

namespace shelltool {
namespace {

constexpr std::size_t most_workers = 4;
constexpr auto longest_request = std::chrono::seconds(60);
constexpr const char* session_is_over = "the sandbox ended meanwhile; the next call begins another";

policy::FileEvent event_of(const files::Touch& touch, const std::string& tool) {
  const bool is_read = touch.access == files::Access::read;
  return {is_read ? policy::EventKind::read : policy::EventKind::write, {touch.named, touch.real}, tool};
}

/// In a directory that becomes a repository, or is one that nobody has seen yet.
bool is_gits(const std::string& path) {
  constexpr std::string_view names[] = {"config", "config.worktree", ".git", "HEAD", "commondir", "gitdir"};
  return std::find(std::begin(names), std::end(names), sys::base_name(path)) != std::end(names);
}

}  // namespace

FileWorkers::FileWorkers(sys::Reactor& reactor, Connection& connection)
    : reactor_(reactor), connection_(connection) {
  connection_.on_forget([this] { forget(); });
}

FileWorkers::Id FileWorkers::start(WorkerRequest request, std::string tool, Done done) {
  connection_.session().begin_turn();
  if (request.by.empty()) request.by = tool;
  queue_.push_back({++last_, std::move(request), std::move(tool), std::move(done), {}, false, nullptr});
  pump();
  return last_;
}

void FileWorkers::cancel(Id request) {
  std::erase_if(queue_, [&](const Job& job) { return job.id == request; });
  for (Worker& worker : workers_) {
    if (!worker.job || worker.job->id != request) continue;
    worker.job->done = nullptr;
    kill(worker);
  }
}

void FileWorkers::close(std::function<void()> callback) {
  is_closing_ = true;
  closed_ = std::move(callback);
  tell_closed();
}

void FileWorkers::tell_closed() {
  if (is_changing()) return;
  if (const auto callback = std::exchange(closed_, nullptr)) callback();
}

bool FileWorkers::is_changing() const {
  return std::any_of(workers_.begin(), workers_.end(),
                     [](const Worker& worker) { return worker.job && worker.job->request.changes_files; });
}

void FileWorkers::when_settled(std::function<void()> callback) {
  find_unsettled();
  if (!unsettled_.empty()) start_worker();
  const auto settles = [](const Worker& worker) { return !worker.left.empty(); };
  if (std::none_of(workers_.begin(), workers_.end(), settles)) return callback();
  settling_.push_back(std::move(callback));
}

/// Who may write nothing cannot settle anything.
void FileWorkers::find_unsettled() {
  if (connection_.session().state().mode == sandbox::Mode::read_only || std::exchange(has_looked_, true))
    return;
  for (Journals::File& left : journals().left_behind()) unsettled_.push_back(std::move(left));
}

/// Also when it has failed: the next worker tries again. A few ticks of the clock that files are stamped by
/// later, so that what was settled is not taken for the work of what begins now.
void FileWorkers::tell_settled() {
  if (settling_.empty()) return;
  settled_ = reactor_.at(sys::BootClock::now() + std::chrono::milliseconds(20), [this] {
    for (auto& callback : std::exchange(settling_, {})) callback();
  });
}

Journals FileWorkers::journals() const {
  const Session& session = *connection_.current();
  const Plan& plan = session.plan();
  return {session.journal_directory(),
          plan.workspace.roots.empty() ? plan.made.spec.cwd : plan.workspace.roots.front()};
}

void FileWorkers::pump() {
  if (connection_.is_ending() || is_closing_) return;
  for (auto worker = workers_.begin(); worker != workers_.end(); ++worker) {
    if (worker->state != Worker::State::idle) continue;
    const auto next = next_job();
    if (next == queue_.end()) return;
    Job job = std::move(*next);
    queue_.erase(next);
    give(worker, std::move(job));
  }
  const auto is_coming = [](const Worker& worker) { return worker.state < Worker::State::idle; };
  auto coming = static_cast<std::size_t>(std::count_if(workers_.begin(), workers_.end(), is_coming));
  for (; coming < queue_.size() && workers_.size() < most_workers; ++coming) start_worker();
}

/// Changes are made one after the other: two of one client are not each other's "somebody else".
std::deque<FileWorkers::Job>::iterator FileWorkers::next_job() {
  const bool changes = is_changing();
  return std::find_if(queue_.begin(), queue_.end(),
                      [&](const Job& job) { return !changes || !job.request.changes_files; });
}

void FileWorkers::start_worker() {
  Session& session = connection_.session();
  Journals::File journal = journals().make();
  find_unsettled();
  const Place worker = workers_.insert(workers_.end(), Worker{Worker::State::starting,
                                                              session.supervisor().start_worker(),
                                                              {},
                                                              std::move(journal),
                                                              std::exchange(unsettled_, {}),
                                                              {},
                                                              {},
                                                              {}});
  sys::set_nonblocking(worker->channel.fd(), true);
  worker->letters = reactor_.watch(worker->channel.fd(), POLLIN, [this, worker](int) { on_letters(worker); });
}

void FileWorkers::give(Place worker, Job job) {
  worker->state = Worker::State::busy;
  job.request.rulings = judge(job, job.request.expected);
  worker->job = std::move(job);
  worker->deadline = reactor_.at(sys::BootClock::now() + longest_request, [worker] {
    worker->job->ended_by_us = "it took longer than 60 s and was ended";
    kill(*worker);
  });
  try {
    post(worker->channel, WorkerTag::run, sys::packed(worker->job->request));
  } catch (const sys::SysError&) {  // it is gone, which its channel will tell
  }
}

void FileWorkers::on_letters(Place worker) {
  try {
    if (worker->state == Worker::State::starting) {
      if (const std::optional<sys::Packet> packet = worker->channel.receive())
        return on_start(worker, *packet);
    } else if (std::optional<WorkerLetter> letter = collect(worker->channel)) {
      return on_letter(worker, std::move(*letter));
    }
    if (worker->channel.closed()) lose(worker, "the file worker has ended");
  } catch (const sys::Error& error) {
    lose(worker, error.what());
  }
}

void FileWorkers::on_start(Place worker, const sys::Packet& packet) {
  const auto tag = static_cast<sandbox::Tag>(packet.bytes.front());
  if (tag != sandbox::Tag::ready || packet.fds.size() != 1) {
    const sandbox::Failure failure = sandbox::failure_of({tag, packet.bytes.substr(1), {}});
    return lose(worker, "starting the file worker: " + failure.sentence);
  }
  worker->process = sys::duplicate(packet.fds.front().get());
  std::vector<int> journals = {worker->journal.fd.get()};
  for (const Journals::File& left : worker->left) journals.push_back(left.fd.get());
  worker->state = Worker::State::settling;
  post(worker->channel, WorkerTag::begin, {}, journals);
}

void FileWorkers::on_letter(Place worker, WorkerLetter letter) {
  if (worker->state == Worker::State::settling) {
    settled(*worker);
    return pump();
  }
  if (!worker->job) throw sys::Error(sys::Kind::internal, "the file worker spoke unasked");
  if (letter.tag == WorkerTag::ask) {
    const auto touches = sys::unpacked<std::vector<files::Touch>>(letter.body);
    return post(worker->channel, WorkerTag::rulings, sys::packed(judge(*worker->job, touches)));
  }
  worker->deadline.cancel();
  Job job = *std::exchange(worker->job, std::nullopt);
  std::optional<WorkerFailure> failure;
  if (letter.tag == WorkerTag::failure) failure = sys::unpacked<WorkerFailure>(letter.body);
  const bool has_changed = !failure && job.request.changes_files;
  const bool is_awaited = has_changed && job.request.tells_entry;
  const std::uint64_t entry = is_awaited ? record(worker->journal) : 0;
  tell(std::move(job), std::move(failure), std::move(letter.body), entry);
  if (has_changed && !is_awaited) record(worker->journal);  // the journal keeps it until then
  worker->state = Worker::State::idle;
  tell_closed();
  pump();
  if (!std::exchange(has_answered_, true) && on_ready_) on_ready_();
}

std::uint64_t FileWorkers::record(const Journals::File& journal) {
  if (journal.is_empty()) return 0;
  const std::uint64_t entry = recorder_ ? recorder_(journal.fd.get()) : 0;
  if (::ftruncate(journal.fd.get(), 0) != 0) log(LogLevel::warning, "a journal cannot be emptied");
  return entry;
}

std::vector<files::Ruling> FileWorkers::judge(Job& job, const std::vector<files::Touch>& touches) {
  Session& session = *connection_.current();
  std::vector<policy::FileEvent> events;
  for (const files::Touch& touch : touches) {
    events.push_back(event_of(touch, job.tool));
    job.is_gits = job.is_gits || (touch.access == files::Access::write && is_gits(touch.real));
  }
  std::vector<policy::Decision> decisions = session.judge(events);
  std::vector<files::Ruling> rulings;
  for (std::size_t i = 0; i < events.size(); ++i) {
    files::Ruling& ruling = rulings.emplace_back();
    if (decisions[i].verdict == policy::Verdict::allow) continue;
    ruling = {false, decisions[i].rule,
              policy::denial_text(decisions[i], words_of(events[i]), session.home())};
    job.denials.push_back({events[i], std::move(decisions[i])});
  }
  return rulings;
}

void FileWorkers::settled(Worker& worker) {
  for (Journals::File& left : worker.left) {
    record(left);
    left.remove();
  }
  worker.left.clear();
  worker.state = Worker::State::idle;
  tell_settled();
}

/// What it had begun is settled by another, at once.
void FileWorkers::lose(Place place, const std::string& why) {
  Worker worker = std::move(*place);
  workers_.erase(place);
  worker.letters.cancel();
  worker.deadline.cancel();
  log(LogLevel::debug, why);
  const bool has_begun = !worker.journal.is_empty();
  if (has_begun)
    unsettled_.push_back(std::move(worker.journal));
  else
    worker.journal.remove();
  const bool has_started = worker.state != Worker::State::starting;
  std::move(worker.left.begin(), worker.left.end(), std::back_inserter(unsettled_));
  if (worker.job) {
    const char* const known = worker.job->ended_by_us;
    tell(std::move(*worker.job),
         WorkerFailure{known != nullptr ? "timed_out" : "worker_lost", known != nullptr ? known : why}, {});
  }
  if (!has_started)  // another would do no better
    for (Job& job : std::exchange(queue_, {})) tell(std::move(job), WorkerFailure{"no_worker", why}, {});
  if (has_begun && connection_.current() != nullptr && !connection_.is_ending() && !is_closing_)
    start_worker();
  else
    tell_settled();
  tell_closed();
  pump();
}

void FileWorkers::kill(const Worker& worker) {
  ::syscall(SYS_pidfd_send_signal, worker.process.get(), SIGKILL, nullptr, 0);
}

void FileWorkers::forget() {
  for (Worker& worker : workers_) {
    if (worker.journal.is_empty()) worker.journal.remove();
    if (worker.job) tell(std::move(*worker.job), WorkerFailure{"worker_lost", session_is_over}, {});
  }
  for (Job& job : std::exchange(queue_, {}))
    tell(std::move(job), WorkerFailure{"worker_lost", session_is_over}, {});
  workers_.clear();
  unsettled_.clear();
  has_looked_ = has_answered_ = false;
  tell_settled();
}

void FileWorkers::tell(Job job, std::optional<WorkerFailure> failure, std::string packed,
                       std::uint64_t entry) {
  if (job.done) job.done({std::move(failure), std::move(packed), std::move(job.denials), entry, job.is_gits});
}

}  // namespace shelltool
