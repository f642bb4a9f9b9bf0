#include "sandbox/gate/gate.h"

#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <memory>
#include <utility>

#include "sandbox/gate/final_call.h"
#include "sandbox/gate/memory.h"
#include "sandbox/gate/tracing.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"

namespace sandbox {
namespace {

constexpr auto sweep_interval = std::chrono::milliseconds(200);

bool seize(pid_t tid) { return trace(PTRACE_SEIZE, tid, PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL) == 0; }

pid_t thread_before_exec(pid_t pid) {
  unsigned long thread = 0;
  ::ptrace(PTRACE_GETEVENTMSG, pid, nullptr, &thread);
  return static_cast<pid_t>(thread);
}

/// From any stop back to a life of its own, with the signal that it was stopped for.
void let_go(pid_t pid, int signal) { trace(PTRACE_DETACH, pid, signal); }

}  // namespace

Gate::Gate(sys::Reactor& reactor, sys::Fd listener, Judge& judge, GateOptions options)
    : reactor_(reactor),
      listener_(std::move(listener)),
      judge_(judge),
      allow_tracers_(options.allow_tracers),
      receive_guest_(std::move(options.receive_guest)),
      known_(std::move(options.known)),
      reader_(known_, lineage_, options.reading) {
  if (!options.waits) begin();
}

void Gate::begin() {
  notifications_ = reactor_.watch(listener_.fd(), POLLIN, [this](int events) { on_notification(events); });
}

void Gate::on_notification(int events) {
  if ((events & POLLIN) == 0) {  // nobody is left who could ask
    notifications_.cancel();
    return;
  }
  const std::optional<Notification> notification = listener_.receive();
  if (!notification) return;
  try {
    take(*notification);
  } catch (const Unjudgeable&) {
    listener_.refuse(notification->id, EACCES);
  } catch (...) {  // fail closed: nobody waits for an answer that will not come
    listener_.refuse(notification->id, EACCES);
    throw;
  }
}

void Gate::take_network(const Notification& notification) {
  if (!connects_) {
    listener_.refuse(notification.id, ENETUNREACH);
    return;
  }
  try {
    connects_(notification,
              [&] { return std::make_shared<const ExecEvent>(reader_.running(notification.tid)); });
  } catch (const CallerError& error) {
    listener_.refuse(notification.id, error.error_number);
  } catch (const sys::SysError&) {  // it is gone, or cannot be read
    listener_.refuse(notification.id, EACCES);
  }
}

void Gate::take(const Notification& notification) {
  const bool is_exec = notification.syscall == SYS_execve || notification.syscall == SYS_execveat;
  if (!is_exec) return take_network(notification);
  if (take_stub(notification)) return;
  ExecRead read;
  read.has_environment = judge_.reads_environment();
  read.event.pid = notification.tid;
  try {
    reader_.read(notification, read);
  } catch (const OuterCalled&) {
    receive_guest(notification);
    return;
  } catch (const CallerError& error) {
    // The kernel's own answer. A caller that hides its memory from us gets it, too: never on with what was
    // not read.
    listener_.refuse(notification.id, error.error_number);
    return;
  } catch (const Unjudgeable& unjudgeable) {
    refuse(notification, read.event, {"gate.unverifiable", unjudgeable.reason});
    return;
  } catch (const sys::Error& error) {
    refuse(notification, read.event,
           {"gate.unreadable", fmt::format("The caller cannot be read: {}.", error.what())});
    return;
  }
  // Numbers are reused: what was read through them is the caller's only if it has been waiting all the time.
  if (!listener_.alive(notification.id)) return;
  Ruling ruling = Ruling::deny;
  try {
    ruling = judge_.judge(read.event, Occasion::asked, notification.id);
  } catch (const Unjudgeable& unjudgeable) {
    return refuse(notification, read.event, {"gate.unverifiable", unjudgeable.reason});
  }
  switch (ruling) {
    case Ruling::allow:
      approve(notification, std::move(read));
      return;
    case Ruling::deny:
      listener_.refuse(notification.id, EACCES);
      return;
    case Ruling::succeed:
      replace(notification, read.event, 0);
      return;
    case Ruling::fail:
      replace(notification, read.event, 1);
      return;
    case Ruling::wait:
      waiting_.emplace(notification.id, Waiting{notification, std::move(read)});
      sweep_soon();
      return;
  }
}

void Gate::receive_guest(const Notification& notification) {
  const sys::Fd theirs =
      receive_guest_ && listener_.alive(notification.id) ? receive_guest_(notification.tid) : sys::Fd();
  if (!theirs || !listener_.hand(notification.id, theirs.get())) listener_.refuse(notification.id, ENOENT);
}

void Gate::refuse(const Notification& notification, const ExecEvent& event, const Refusal& refusal) {
  ++counts_.refused;
  if (!listener_.alive(notification.id)) return;
  judge_.refused(event, refusal);
  listener_.refuse(notification.id, EACCES);
}

void Gate::answer(std::uint64_t ticket, bool allowed) {
  auto waiting = waiting_.extract(ticket);
  if (waiting.empty()) return;
  if (allowed) {
    approve(waiting.mapped().notification, std::move(waiting.mapped().read));
  } else {
    listener_.refuse(ticket, EACCES);
  }
}

void Gate::approve(const Notification& notification, ExecRead read) {
  const pid_t tid = notification.tid;
  if (const std::optional<std::string> place = judge_.place_of(notification.id))
    return move(notification, std::move(read), *place);
  // A thread that is seized already is one whose last exec failed after its approval.
  if (!traced_.contains(tid) && !seize(tid)) {
    if (errno == EPERM && allow_tracers_)
      proceed_unverified(notification, std::move(read));
    else
      refuse_unseized(notification, read.event);
    return;
  }
  Traced& traced = traced_[tid] = {std::move(read)};
  traced.recorded = false;
  sweep_soon();
  // If the caller has died, its number may have been another's when it was seized: the sweep lets that one
  // go.
  listener_.proceed(notification.id);
  // While the kernel builds the image: it runs when it was verified, and not before.
  traced.recorded = judge_.record_allowed(traced.read.event);
}

void Gate::refuse_unseized(const Notification& notification, const ExecEvent& event) {
  if (errno == EPERM) {
    refuse(notification, event,
           {"gate.traced",
            "A debugger holds the caller, so what starts cannot be verified; "
            "sandbox.allow_tracers permits it."});
  } else {
    listener_.refuse(notification.id, EACCES);
  }
}

/// The other sandbox is built while the caller waits, so that what keeps it from being built is a denial.
void Gate::move(const Notification& notification, ExecRead read, const std::string& place) {
  const pid_t tid = notification.tid;
  if (!traced_.contains(tid) && !seize(tid)) {
    refuse_unseized(notification, read.event);
    return;
  }
  Traced& traced = traced_[tid] = {};
  sweep_soon();
  std::unique_ptr<Departure> departure;
  try {
    if (!passages_) throw sys::Error(sys::Kind::unsupported, "this sandbox has no others beside it");
    if (!stub_) stub_.emplace();
    const Inherited inherited = inherited_from(Task(tid));
    if (!listener_.alive(notification.id)) return;
    std::unique_ptr<Passage> passage = passages_(read, inherited, place);
    const ExecCall stub{listener_.lend(notification.id, stub_->fd()), read.empty_address, read.argv_address};
    departure = std::make_unique<Departure>(std::move(passage), inherited.group != 0, stub);
  } catch (const sys::Error& error) {
    refuse(notification, read.event,
           {"gate.profile", fmt::format("Where it is to run it cannot be started: {}.", error.what())});
    return;
  }
  const bool recorded = judge_.record_allowed(read.event);
  if (recorded) trace(PTRACE_INTERRUPT, tid);
  if (listener_.refuse(notification.id, EACCES) && recorded) traced.departure = std::move(departure);
}

bool Gate::take_stub(const Notification& notification) {
  const auto found = traced_.find(notification.tid);
  const Departure* const departure = found == traced_.end() ? nullptr : found->second.departure.get();
  if (departure == nullptr && !stand_ins_.contains(notification.tid)) return false;
  if (departure != nullptr && departure->is_stub_call(notification))
    listener_.proceed(notification.id);
  else
    listener_.refuse(notification.id, EACCES);
  return true;
}

void Gate::on_stub(pid_t pid, std::unique_ptr<Departure> departure) {
  struct stat image {};
  if (::stat(fmt::format("/proc/{}/exe", pid).c_str(), &image) != 0 ||
      !stub_->is(image.st_dev, image.st_ino)) {
    ++counts_.raced;
    ::kill(pid, SIGKILL);
    return;
  }
  ++counts_.moved;
  departure->arrive(pid);
  stand_ins_.emplace(pid, std::move(departure));
}

/// The exec fails, whatever becomes of the rest: the caller ends before it can see that.
void Gate::replace(const Notification& notification, const ExecEvent& event, int status) {
  const pid_t tid = notification.tid;
  if (!traced_.contains(tid) && !seize(tid)) {
    refuse_unseized(notification, event);
    return;
  }
  Traced& traced = traced_[tid] = {};
  sweep_soon();
  trace(PTRACE_INTERRUPT, tid);
  // If the caller has died, its number may be another's, which must not end.
  if (listener_.refuse(notification.id, EACCES)) traced.end_status = status;
}

void Gate::proceed_unverified(const Notification& notification, ExecRead read) {
  read.event.traced = true;
  if (judge_.judge(read.event, Occasion::asked, notification.id) == Ruling::allow &&
      judge_.record_allowed(read.event)) {
    listener_.proceed(notification.id);
  } else {
    listener_.refuse(notification.id, EACCES);
  }
}

bool Gate::on_wait_status(pid_t pid, int status, bool is_last_word) {
  const bool is_stop = WIFSTOPPED(status);
  if (loading_.on_wait_status(pid, status)) return true;
  if (const auto found = stand_ins_.find(pid); found != stand_ins_.end()) {
    if (is_stop) {
      found->second->on_stop(status);
    } else {  // later: the sandbox that it stands for ends with it, and may be who tells us
      reactor_.post([gone = std::shared_ptr<Departure>(std::move(found->second))] {});
      stand_ins_.erase(found);
    }
    return true;
  }
  const bool is_exec = is_stop && status >> 16 == PTRACE_EVENT_EXEC;
  // An exec from another than the main thread stops under the process' number; the message is the thread's.
  const pid_t thread = is_exec ? thread_before_exec(pid) : pid;
  if (!traced_.contains(pid) && !traced_.contains(thread) && !is_last_word) return false;
  if (!is_stop)
    traced_.erase(pid);
  else if (is_exec)
    on_exec_stop(pid, thread);
  else
    on_stop(pid, status);
  return true;
}

void Gate::on_stop(pid_t pid, int status) {
  const int event = status >> 16;
  if (const auto found = traced_.find(pid);
      found != traced_.end() && found->second.departure && !found->second.departure->has_called()) {
    found->second.departure->call_stub(pid, event == 0 ? WSTOPSIG(status) : 0);
    return;
  }
  // Back in user space without a new image: the exec has failed, or the sweep asked. A signal goes on to its
  // receiver, unless that ends now; a group stop stays one.
  const auto traced = traced_.extract(pid);
  if (!traced.empty() && traced.mapped().end_status) {
    end(pid, *traced.mapped().end_status);
  } else {
    let_go(pid, event == 0 ? WSTOPSIG(status) : 0);
  }
}

void Gate::end(pid_t tid, int status) {
  try {
    make_final_call(tid, call_site_of(tid), status);
    ++counts_.replaced;
  } catch (const sys::SysError&) {  // killed meanwhile
  }
  let_go(tid, 0);
}

void Gate::on_exec_stop(pid_t pid, pid_t thread) {
  auto approved = traced_.extract(thread);
  if (approved.empty()) approved = traced_.extract(pid);
  Traced traced = approved.empty() ? Traced() : std::move(approved.mapped());
  if (traced.departure) {
    on_stub(pid, std::move(traced.departure));
    return;
  }
  const ExecRead& read = traced.read;
  if (!traced.recorded) {
    ::kill(pid, SIGKILL);
    return;
  }
  try {
    const Built built = read_built(pid, read.has_environment);
    if (!approved.empty() && is_as_judged(built, read.expected, read.event.env, read.has_environment)) {
      ++counts_.verified;
      run(pid, built.fingerprint, traced.read);
    } else {
      judge_found(pid, built, traced);
    }
  } catch (const CallerError&) {
    ::kill(pid, SIGKILL);
  } catch (const Unjudgeable&) {
    ::kill(pid, SIGKILL);
  } catch (const sys::SysError&) {
    ::kill(pid, SIGKILL);
  }
}

void Gate::judge_found(pid_t pid, const Built& built, const Traced& approved) {
  ExecRead found = reader_.read_found(pid, approved.read.event, built.name, built.args);
  if (judge_.judge(found.event, Occasion::found, 0) == Ruling::allow && judge_.record_allowed(found.event)) {
    ++counts_.rejudged;
    run(pid, built.fingerprint, found);
  } else {
    ++counts_.raced;
    ::kill(pid, SIGKILL);
  }
}

void Gate::run(pid_t pid, const Fingerprint& fingerprint, ExecRead& read) {
  if (read.expected.loaded)
    loading_.begin(pid, std::move(*read.expected.loaded));
  else
    let_go(pid, 0);
  const ExecEvent& event = read.event;
  const Image& image = event.images.front();
  lineage_.add(fingerprint, std::make_shared<Ancestor>(
                                Ancestor{sys::base_name(image.called), image, event.caller, event.turn}));
}

void Gate::sweep_soon() {
  if (!next_sweep_) next_sweep_ = reactor_.at(sys::BootClock::now() + sweep_interval, [this] { sweep(); });
}

/// Lets threads go whose exec failed without a trace of it, and forgets askers that have died.
void Gate::sweep() {
  next_sweep_.cancel();
  for (auto& [tid, traced] : traced_) {
    if (std::exchange(traced.lingering, true)) trace(PTRACE_INTERRUPT, tid);
  }
  for (auto waiting = waiting_.begin(); waiting != waiting_.end();) {
    if (listener_.alive(waiting->first)) {
      ++waiting;
      continue;
    }
    judge_.withdrawn(waiting->first);
    waiting = waiting_.erase(waiting);
  }
  if (!traced_.empty() || !waiting_.empty()) sweep_soon();
}

}  // namespace sandbox
