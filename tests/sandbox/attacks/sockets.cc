// Sockets: servers of the owner's on this machine, which stand for everybody, and families that lead
// elsewhere.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "tests/sandbox/attacks/attack.h"

namespace attacks {
namespace {

using goal::reached;

std::uint16_t port(const Scene& at, const char* name) {
  return ::htons(static_cast<std::uint16_t>(at.number(name)));
}

struct Address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&bytes); }
};

Address four(const Scene& at, const char* name, const char* host = "127.0.0.1") {
  Address result;
  auto* const to = reinterpret_cast<sockaddr_in*>(&result.bytes);
  to->sin_family = AF_INET;
  to->sin_port = port(at, name);
  ::inet_pton(AF_INET, host, &to->sin_addr);
  result.size = sizeof *to;
  return result;
}

Address six(const Scene& at, const char* name, const char* host = "::1") {
  Address result;
  auto* const to = reinterpret_cast<sockaddr_in6*>(&result.bytes);
  to->sin6_family = AF_INET6;
  to->sin6_port = port(at, name);
  ::inet_pton(AF_INET6, host, &to->sin6_addr);
  result.size = sizeof *to;
  return result;
}

/// An abstract name begins with '@'.
Address local(const std::string& name) {
  Address result;
  auto* const to = reinterpret_cast<sockaddr_un*>(&result.bytes);
  to->sun_family = AF_UNIX;
  name.copy(to->sun_path, sizeof to->sun_path - 1);
  if (name[0] == '@') to->sun_path[0] = 0;
  result.size =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + (name[0] == '@' ? 0 : 1));
  return result;
}

void connect_to(const Address& to, int type, int protocol = 0) {
  const int fd = ::socket(to.get()->sa_family, type, protocol);
  if (fd >= 0 && ::connect(fd, to.get(), to.size) == 0) write_to(fd, "reached");
}

void send_to(const Address& to, int type, int flags = 0) {
  const int fd = ::socket(to.get()->sa_family, type, 0);
  ::sendto(fd, "reached", 7, flags, to.get(), to.size);
}

void connect_by_link(const Scene& at) {
  if (::symlink(at.outside("").c_str(), "way") == 0) connect_to(local("way/stream.sock"), SOCK_STREAM);
}

void connect_by_descriptor(const Scene& at) {
  const int directory = ::open(at.outside("").c_str(), O_PATH | O_DIRECTORY);
  connect_to(local("/proc/self/fd/" + std::to_string(directory) + "/stream.sock"), SOCK_STREAM);
}

void connect_by_hard_link(const Scene& at) {
  if (::link(at.outside("stream.sock").c_str(), "mine.sock") == 0)
    connect_to(local("mine.sock"), SOCK_STREAM);
}

void listen_here(const Scene& at) {
  const Address here = four(at, "free_port");
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (::bind(fd, here.get(), here.size) == 0 && ::listen(fd, 1) == 0) hold();
}

void open_family(int family, int type, int protocol = 0) {
  if (::socket(family, type, protocol) >= 0) hold();
}

constexpr int multipath = 262, audit = 9, netfilter = 12, generic = 16, vsock = 40, express = 44;
constexpr const char* this_kernel = "a kernel with this family";

const Attack table[] = {
    {"sockets.tcp", reached, Fails::confined,
     [](const Scene& at) { connect_to(four(at, "tcp"), SOCK_STREAM); }},
    {"sockets.tcp6", reached, Fails::confined,
     [](const Scene& at) { connect_to(six(at, "tcp6"), SOCK_STREAM); }, "IPv6"},
    {"sockets.tcp-mapped", reached, Fails::confined,
     [](const Scene& at) { connect_to(six(at, "tcp", "::ffff:127.0.0.1"), SOCK_STREAM); }, "IPv6"},
    {"sockets.tcp-any", reached, Fails::confined,
     [](const Scene& at) { connect_to(four(at, "tcp", "0.0.0.0"), SOCK_STREAM); }},
    {"sockets.tcp-other-loopback", reached, Fails::confined,
     [](const Scene& at) { connect_to(four(at, "tcp_other", "127.9.9.9"), SOCK_STREAM); }},
    {"sockets.tcp-fast-open", reached, Fails::confined,
     [](const Scene& at) { send_to(four(at, "tcp"), SOCK_STREAM, MSG_FASTOPEN); }},
    {"sockets.tcp-multipath", reached, Fails::confined,
     [](const Scene& at) { connect_to(four(at, "tcp"), SOCK_STREAM, multipath); }},
    {"sockets.udp", reached, Fails::confined, [](const Scene& at) { send_to(four(at, "udp"), SOCK_DGRAM); }},
    {"sockets.udp6", reached, Fails::confined, [](const Scene& at) { send_to(six(at, "udp6"), SOCK_DGRAM); },
     "IPv6"},
    {"sockets.udp-connected", reached, Fails::confined,
     [](const Scene& at) { connect_to(four(at, "udp"), SOCK_DGRAM); }},
    {"sockets.udp-lite", reached, Fails::confined,
     [](const Scene& at) { connect_to(four(at, "udp_lite"), SOCK_DGRAM, IPPROTO_UDPLITE); }, this_kernel},
    {"sockets.raw", reached, Fails::confined,
     [](const Scene& at) {
       const Address to = four(at, "udp");
       const int fd = ::socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
       const std::uint16_t head[5] = {port(at, "udp"), port(at, "udp"), ::htons(10), 0, 0};
       ::sendto(fd, head, sizeof head, 0, to.get(), to.size);
     },
     "root"},
    {"sockets.listen", goal::listens, Fails::confined, listen_here},
    {"sockets.unix", reached, Fails::confined,
     [](const Scene& at) { connect_to(local(at.outside("stream.sock")), SOCK_STREAM); }},
    {"sockets.unix-packet", reached, Fails::confined,
     [](const Scene& at) { connect_to(local(at.outside("packet.sock")), SOCK_SEQPACKET); }},
    {"sockets.unix-datagram", reached, Fails::confined,
     [](const Scene& at) { send_to(local(at.outside("datagram.sock")), SOCK_DGRAM); }},
    {"sockets.unix-in-home", reached, Fails::confined,
     [](const Scene& at) { connect_to(local(at.home(".docker/run/docker.sock")), SOCK_STREAM); }},
    {"sockets.unix-in-tmp", reached, Fails::confined,
     [](const Scene& at) { connect_to(local("/tmp/" + at.fact("ipc_name") + ".sock"), SOCK_STREAM); }},
    {"sockets.unix-by-link", reached, Fails::confined, connect_by_link},
    {"sockets.unix-by-descriptor", reached, Fails::confined, connect_by_descriptor},
    {"sockets.unix-hard-link", reached, Fails::confined, connect_by_hard_link},
    {"sockets.abstract", reached, Fails::confined,
     [](const Scene& at) { connect_to(local("@" + at.fact("ipc_name")), SOCK_STREAM); }},
    {"sockets.abstract-datagram", reached, Fails::confined,
     [](const Scene& at) { send_to(local("@" + at.fact("ipc_name") + "-datagram"), SOCK_DGRAM); }},
    {"sockets.packet", "socket 17", Fails::confined, [](const Scene&) { open_family(AF_PACKET, SOCK_RAW); },
     "root"},
    {"sockets.hypervisor", "socket 40", Fails::confined,
     [](const Scene&) { open_family(vsock, SOCK_STREAM); }, this_kernel},
    {"sockets.express", "socket 44", Fails::confined, [](const Scene&) { open_family(express, SOCK_RAW); },
     "root"},
    {"sockets.audit", "socket 16", Fails::confined,
     [](const Scene&) { open_family(AF_NETLINK, SOCK_RAW, audit); }, this_kernel},
    {"sockets.netfilter", "socket 16", Fails::confined,
     [](const Scene&) { open_family(AF_NETLINK, SOCK_RAW, netfilter); }, this_kernel},
    {"sockets.generic-netlink", "socket 16", Fails::confined,
     [](const Scene&) { open_family(AF_NETLINK, SOCK_RAW, generic); }, this_kernel},
    {"sockets.device-events", "socket 16", Fails::confined,
     [](const Scene&) { open_family(AF_NETLINK, SOCK_RAW, 15); }, this_kernel},
};

}  // namespace

std::span<const Attack> sockets() { return table; }

}  // namespace attacks
