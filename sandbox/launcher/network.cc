#include "sandbox/launcher/network.h"

#include <fmt/core.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/text.h"

namespace sandbox {
namespace {

// The kernel's own limit, net.core.somaxconn, is what counts.
constexpr int backlog = 4096;
constexpr std::uint16_t dns_port = 53;

sys::Fd open_socket(int family, int type) {
  sys::Fd socket(::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) throw sys::SysError(errno, "opening a socket in the network namespace");
  return socket;
}

template <class Address>
bool try_bind(const sys::Fd& socket, const Address& address) {
  return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void listen_on(const sys::Fd& socket) {
  if (::listen(socket.get(), backlog) != 0) throw sys::SysError(errno, "listening in the network namespace");
}

sys::Fd open_relay6() {
  sys::Fd socket(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  if (!socket || !try_bind(socket, address)) return {};  // IPv6 is off
  listen_on(socket);
  return socket;
}

// The owner's, but that hosts are asked for here: his other services (a directory, a socket in /run) may not
// be there inside, and are asked outside.
std::string services_inside() {
  constexpr std::size_t longest = 64 * 1024;
  std::string text;
  try {
    const std::string all = sys::read_file("/etc/nsswitch.conf", longest);
    for (const std::string_view line : sys::split(all, '\n')) {
      const std::size_t start = std::min(line.find_first_not_of(" \t"), line.size());
      if (!line.substr(start).starts_with("hosts:")) text.append(line).push_back('\n');
    }
  } catch (const sys::SysError&) {  // there is none, or it is not for this user either
  }
  return text + "hosts: files dns\n";
}

}  // namespace

void bring_loopback_up() {
  const sys::Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) throw sys::SysError(errno, "opening a socket in the network namespace");
  ifreq request{};
  std::memcpy(request.ifr_name, "lo", sizeof "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0)
    throw sys::SysError(errno, "bringing up the loopback interface");
}

Doors open_doors() {
  Doors doors{open_socket(AF_INET, SOCK_DGRAM), open_socket(AF_INET, SOCK_STREAM), open_relay6()};
  if (!try_bind(doors.resolver, loopback(dns_port)))
    throw sys::SysError(errno, "taking port {} in the network namespace", dns_port);
  if (!try_bind(doors.relay, loopback(0)))
    throw sys::SysError(errno, "taking a port in the network namespace");
  listen_on(doors.relay);
  return doors;
}

std::vector<int> fds_of(const Doors& doors) {
  std::vector<int> fds = {doors.resolver.get(), doors.relay.get()};
  if (doors.relay6) fds.push_back(doors.relay6.get());
  return fds;
}

Doors doors_of(std::vector<sys::Fd> fds) {
  if (fds.size() != 2 && fds.size() != 3)
    throw sys::Error(sys::Kind::internal, "the command sent {} sockets", fds.size());
  Doors doors{std::move(fds[0]), std::move(fds[1]), {}};
  if (fds.size() == 3) doors.relay6 = std::move(fds[2]);
  return doors;
}

// The owner's hosts file is for the resolver outside: read inside, it would make addresses of names.
std::vector<NameFile> name_files() {
  utsname host{};
  ::uname(&host);
  return {{"/etc/nsswitch.conf", services_inside()},
          {"/etc/resolv.conf", "# gatehouse: names are resolved outside\nnameserver 127.0.0.1\n"},
          {"/etc/hosts", fmt::format("127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n"
                                     "127.0.1.1 {}\n",
                                     host.nodename)}};
}

}  // namespace sandbox
