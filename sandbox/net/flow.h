#pragma once
/// One connection on its way from the caller's connect(2) to two sockets that bytes are carried between.

#include <memory>
#include <string>

#include "sandbox/net/dial.h"
#include "sandbox/net/endpoint.h"
#include "sandbox/net/tunnel.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/reactor.h"

namespace sandbox {

struct Flow {
  sys::Fd copy;  ///< of the caller's socket; until it is connected to the relay
  Endpoint wanted;
  std::string host;   ///< empty: an address that nobody named
  bool waits = true;  ///< the caller's connect(2) returns when it is connected
  bool is_answered = false;
  std::unique_ptr<Dial> dial;
  std::unique_ptr<Tunnel> tunnel;  ///< through the owner's proxy, once that is reached
  sys::Watch moment;               ///< in which he who does not wait may have the host's own answer
  bool is_begun = false;           ///< to be connected inside
  sys::Watch connected;            ///< inside
  sys::Watch deadline;             ///< to arrive at the relay
  sys::Fd inside, outside;         ///< of the relay; as soon as they are there
  Endpoint dialled;
  bool has_dialled = false;
};

/// Connects the caller's socket without waiting for it, whatever its mode. What connect(2) would return to a
/// socket that does not wait: 0, or an errno, mostly EINPROGRESS.
int connect_without_waiting(int socket, const Endpoint& to);

}  // namespace sandbox
