#include "sandbox/net/wanted.h"

#include <sys/socket.h>
#include <sys/syscall.h>

#include <cstring>
#include <string>

#include "sandbox/gate/memory.h"
#include "sandbox/gate/task.h"
#include "sandbox/sys/error.h"

namespace sandbox {
namespace {

/// A sockaddr in the caller's memory.
struct Place {
  std::uint64_t address = 0;
  std::uint64_t size = 0;
};

std::optional<Endpoint> read_at(const Notification& notification, const Place& place) {
  if (place.size < sizeof(sa_family_t) || place.size > sizeof(sockaddr_storage)) return std::nullopt;
  std::optional<Endpoint> wanted = endpoint_in(Memory(notification.tid).bytes(place.address, place.size));
  if (wanted && is_loopback(*wanted)) wanted.reset();
  return wanted;
}

/// A message of sendmsg(2), which is also where the first one of sendmmsg(2) begins.
Place place_in_message(const Notification& notification) {
  msghdr message{};
  const std::string bytes = Memory(notification.tid).bytes(notification.args[1], sizeof message);
  std::memcpy(&message, bytes.data(), sizeof message);
  return {reinterpret_cast<std::uint64_t>(message.msg_name), message.msg_namelen};
}

/// As the kernel reads an int or unsigned argument.
std::uint64_t low(std::uint64_t argument) { return static_cast<std::uint32_t>(argument); }

bool is_datagram_socket(const Notification& notification) {
  const sys::Fd copy = Task(notification.tid).descriptor(static_cast<int>(notification.args[0]));
  if (!copy || socket_option(copy.get(), SO_TYPE) != SOCK_DGRAM) return false;
  const int domain = socket_option(copy.get(), SO_DOMAIN);
  return domain == AF_INET || domain == AF_INET6;
}

}  // namespace

std::optional<Endpoint> wanted_by_connect(const Notification& notification) {
  return read_at(notification, {notification.args[1], low(notification.args[2])});
}

std::optional<Endpoint> wanted_by_datagram(const Notification& notification) {
  try {
    const bool is_single = notification.syscall == SYS_sendto;
    std::optional<Endpoint> wanted =
        read_at(notification, is_single ? Place{notification.args[4], low(notification.args[5])}
                                        : place_in_message(notification));
    if (wanted && !is_datagram_socket(notification)) wanted.reset();
    return wanted;
  } catch (const CallerError&) {
    return std::nullopt;
  } catch (const sys::SysError&) {
    return std::nullopt;
  }
}

}  // namespace sandbox
