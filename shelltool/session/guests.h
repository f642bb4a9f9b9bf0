#pragma once
/// The gatehouses in this one's sandbox. Each is told what is refused to its own processes, and can ask for
/// nothing.

#include <map>
#include <vector>

#include "sandbox/exec_event.h"
#include "sandbox/sys/channel.h"
#include "sandbox/sys/reactor.h"
#include "shelltool/session/guest_wire.h"

namespace shelltool {

class Guests {
 public:
  explicit Guests(sys::Reactor& reactor) : reactor_(reactor) {}

  /// Greets a guest, whose pid outside this is. Its end of the connection; empty when there are too many.
  sys::Fd receive(pid_t process, const GuestGreeting& greeting);
  /// Another state holds for all of them.
  void tell(const GuestGreeting& greeting);
  /// Tells those below whom it was asked.
  void tell(const Denial& denial, const sandbox::ExecEvent& event);

 private:
  struct Guest {
    sys::Channel channel;
    pid_t process;
    sys::Watch end;
  };
  using Id = std::uint64_t;

  sys::Reactor& reactor_;
  std::map<Id, Guest> guests_;
  Id last_ = 0;
};

}  // namespace shelltool
