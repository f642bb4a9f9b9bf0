#include "sandbox/net/endpoint.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace sandbox {
namespace {

constexpr std::size_t mapped_prefix = 12;  // ::ffff:0:0/96

Endpoint endpoint_of(const in6_addr& address, std::uint16_t port) {
  Endpoint endpoint{.is_ipv4 = IN6_IS_ADDR_V4MAPPED(&address) != 0, .port = port};
  const auto* const first = std::begin(address.s6_addr);
  if (endpoint.is_ipv4)
    std::copy(first + mapped_prefix, first + 16, endpoint.bytes.begin());
  else
    std::copy(first, first + 16, endpoint.bytes.begin());
  return endpoint;
}

Endpoint endpoint_of(const in_addr& address, std::uint16_t port) {
  Endpoint endpoint{.port = port};
  std::memcpy(endpoint.bytes.data(), &address, sizeof address);
  return endpoint;
}

using Question = int (*)(int, sockaddr*, socklen_t*);

std::optional<Endpoint> ask(Question question, int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (question(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return std::nullopt;
  return endpoint_in({reinterpret_cast<const char*>(&storage), size});
}

}  // namespace

std::optional<Endpoint> endpoint_in(std::string_view bytes) {
  sa_family_t family = AF_UNSPEC;
  if (bytes.size() < sizeof family) return std::nullopt;
  std::memcpy(&family, bytes.data(), sizeof family);
  constexpr std::size_t shortest6 = offsetof(sockaddr_in6, sin6_scope_id);  // Linux SIN6_LEN_RFC2133
  if (family == AF_INET && bytes.size() >= sizeof(sockaddr_in)) {
    sockaddr_in address{};
    std::memcpy(&address, bytes.data(), sizeof address);
    return endpoint_of(address.sin_addr, ntohs(address.sin_port));
  }
  if (family == AF_INET6 && bytes.size() >= shortest6) {
    sockaddr_in6 address{};
    std::memcpy(&address, bytes.data(), std::min(sizeof address, bytes.size()));
    return endpoint_of(address.sin6_addr, ntohs(address.sin6_port));
  }
  return std::nullopt;
}

std::optional<Endpoint> read_address(const std::string& text, std::uint16_t port) {
  in_addr ipv4{};
  if (::inet_pton(AF_INET, text.c_str(), &ipv4) == 1) return endpoint_of(ipv4, port);
  in6_addr ipv6{};
  if (::inet_pton(AF_INET6, text.c_str(), &ipv6) == 1) return endpoint_of(ipv6, port);
  return std::nullopt;
}

std::string address_text(const Endpoint& endpoint) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(endpoint.is_ipv4 ? AF_INET : AF_INET6, endpoint.bytes.data(), text.data(), text.size());
  return text.data();
}

bool is_loopback(const Endpoint& endpoint) {
  if (endpoint.is_ipv4) {
    const bool is_none = std::all_of(endpoint.bytes.begin(), endpoint.bytes.begin() + 4,
                                     [](unsigned char byte) { return byte == 0; });
    return endpoint.bytes[0] == 127 || is_none;
  }
  const bool begins_with_none = std::all_of(endpoint.bytes.begin(), endpoint.bytes.end() - 1,
                                            [](unsigned char byte) { return byte == 0; });
  return begins_with_none && endpoint.bytes.back() <= 1;
}

SocketAddress socket_address(const Endpoint& endpoint, int family) {
  SocketAddress address;
  if (family == AF_INET) {
    sockaddr_in ipv4{};
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = htons(endpoint.port);
    std::memcpy(&ipv4.sin_addr, endpoint.bytes.data(), sizeof ipv4.sin_addr);
    std::memcpy(&address.storage, &ipv4, address.size = sizeof ipv4);
    return address;
  }
  sockaddr_in6 ipv6{};
  ipv6.sin6_family = AF_INET6;
  ipv6.sin6_port = htons(endpoint.port);
  auto* const first = std::begin(ipv6.sin6_addr.s6_addr);
  if (endpoint.is_ipv4) {
    first[10] = first[11] = 0xff;
    std::copy(endpoint.bytes.begin(), endpoint.bytes.begin() + 4, first + mapped_prefix);
  } else {
    std::copy(endpoint.bytes.begin(), endpoint.bytes.end(), first);
  }
  std::memcpy(&address.storage, &ipv6, address.size = sizeof ipv6);
  return address;
}

std::optional<Endpoint> own_endpoint(int socket) { return ask(::getsockname, socket); }
std::optional<Endpoint> peer_endpoint(int socket) { return ask(::getpeername, socket); }

int socket_option(int fd, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

}  // namespace sandbox
