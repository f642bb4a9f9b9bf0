#include "sandbox/net/flow.h"

#include <fcntl.h>

#include <cerrno>

namespace sandbox {

// The mode belongs to the open file, so the caller has it, too: for as long as the call takes, in which it
// waits in connect(2) itself.
int connect_without_waiting(int socket, const Endpoint& to) {
  const int flags = ::fcntl(socket, F_GETFL);
  if (flags < 0) return errno;
  send_without_pacing(socket);
  const bool waits = (flags & O_NONBLOCK) == 0;
  if (waits && ::fcntl(socket, F_SETFL, flags | O_NONBLOCK) != 0) return errno;
  int domain = 0;
  socklen_t size = sizeof domain;
  ::getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &size);
  const SocketAddress address = socket_address(to, domain);
  const int error = ::connect(socket, address.get(), address.size) == 0 ? 0 : errno;
  if (waits) ::fcntl(socket, F_SETFL, flags);
  return error;
}

}  // namespace sandbox
