#include "sandbox/gate/stand_in.h"

#include <sys/wait.h>

#include <csignal>
#include <utility>

#include "sandbox/gate/tracing.h"
#include "sandbox/sys/error.h"

namespace sandbox {
StandIn::StandIn(pid_t pid, bool shares_group, Program program)
    : pid_(pid), shares_group_(shares_group), program_(std::move(program)) {
  go_on();
}

void StandIn::go_on(int signal) const { trace(PTRACE_CONT, pid_, signal); }

bool StandIn::is_from_terminal() const {
  siginfo_t info{};
  return ::ptrace(PTRACE_GETSIGINFO, pid_, nullptr, &info) == 0 && info.si_code == SI_KERNEL;
}

void StandIn::on_stop(int status) {
  const int event = status >> 16;
  const int signal = WSTOPSIG(status);
  if (event == PTRACE_EVENT_EXEC) {  // it execs nothing
    ::kill(pid_, SIGKILL);
    return;
  }
  if (is_finished_) {
    go_on(event == 0 ? signal : 0);
  } else if (event == 0) {
    on_signal(signal);
  } else if (ending_ && site_) {
    finish();
  } else if (stops(signal)) {
    trace(PTRACE_LISTEN, pid_);  // stopped to its parent, until a SIGCONT
  } else {
    go_on();
  }
}

void StandIn::on_signal(int signal) {
  if (!site_) {  // its first own signal says that it is ready
    if (signal != SIGSTOP) return go_on();
    site_ = call_site_of(pid_);
    program_.start();
    return ending_ ? finish() : go_on();
  }
  if (ending_) return finish();
  if (signal == SIGSTOP && stop_signal_) return go_on(*std::exchange(stop_signal_, std::nullopt));
  if (!(shares_group_ && is_from_terminal())) program_.signal(signal);
  go_on();
}

void StandIn::stop(int signal) {
  stop_signal_ = signal;
  ::kill(pid_, SIGSTOP);
}

void StandIn::end(sys::ExitStatus status) {
  ending_ = status;
  trace(PTRACE_INTERRUPT, pid_);
}

/// A signal is delivered before it makes its call.
void StandIn::finish() {
  is_finished_ = true;
  try {
    make_final_call(pid_, *site_, ending_->as_shell());
  } catch (const sys::SysError&) {  // killed meanwhile
    return;
  }
  if (ending_->signal != 0) ::kill(pid_, ending_->signal);
  ::kill(pid_, SIGCONT);
  go_on();
}

}  // namespace sandbox
