#pragma once
/// A connection outside, to the first of some addresses that takes it.

#include <functional>
#include <vector>

#include "sandbox/net/endpoint.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/reactor.h"

namespace sandbox {

class Dial {
 public:
  struct Result {
    sys::Fd socket;  ///< non-blocking; none where `error` says why
    int error = 0;   ///< an errno, of the last address
    Endpoint to;     ///< that was dialled last
  };
  using Done = std::function<void(Result)>;

  /// Called once, from the reactor; not when this goes before. At least one address.
  Dial(sys::Reactor& reactor, std::vector<Endpoint> addresses, Done done);

 private:
  void next(int error);
  void look();

  sys::Reactor& reactor_;
  std::vector<Endpoint> addresses_;
  std::size_t at_ = 0;  // behind the one that is dialled
  Done done_;
  sys::Fd socket_;
  sys::Watch writable_, deadline_;
};

/// For one that will lead to this machine itself, or listens there. Nothing is congested on that way, and
/// what the machine sends by otherwise may space it out (BBR does): a relay would be held up twice. A socket
/// that is connected stays as it is.
void send_without_pacing(int socket);

}  // namespace sandbox
