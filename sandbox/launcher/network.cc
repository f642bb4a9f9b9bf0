#include "sandbox/launcher/network.h"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"

namespace sandbox {

void bring_loopback_up() {
  const sys::Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) throw sys::SysError(errno, "opening a socket in the network namespace");
  ifreq request{};
  std::memcpy(request.ifr_name, "lo", sizeof "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0)
    throw sys::SysError(errno, "bringing up the loopback interface");
}

}  // namespace sandbox
