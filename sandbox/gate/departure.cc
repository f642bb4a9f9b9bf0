#include "sandbox/gate/departure.h"

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include <csignal>

#include "sandbox/sys/error.h"

namespace sandbox {

void Departure::call_stub(pid_t tid, int signal) {
  if (signal != 0) signals_.push_back(signal);
  has_called_ = true;
  try {
    make_exec_call(tid, call_site_of(tid), stub_);
  } catch (const sys::SysError&) {  // killed meanwhile
  }
  ::ptrace(PTRACE_CONT, tid, nullptr, nullptr);
}

bool Departure::is_stub_call(const Notification& notification) const {
  const auto& args = notification.args;
  return has_called_ && notification.syscall == SYS_execveat && static_cast<int>(args[0]) == stub_.fd &&
         args[4] == AT_EMPTY_PATH;
}

void Departure::arrive(pid_t pid) {
  stand_in_.emplace(pid, shares_group_,
                    StandIn::Program{[this, pid] {
                                       passage_->begin(*stand_in_);
                                       for (const int signal : signals_) ::kill(pid, signal);
                                     },
                                     [this](int signal) { passage_->signal(signal); }});
}

}  // namespace sandbox
