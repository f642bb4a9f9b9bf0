#pragma once
/// An address of the internet protocols with a port: where a connection leads. An IPv4 address that is
/// written as an IPv6 one (::ffff:10.0.0.1) is the IPv4 address.

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sandbox {

struct Endpoint {
  bool is_ipv4 = true;
  std::array<unsigned char, 16> bytes{};  ///< network order; of IPv4 the first four
  std::uint16_t port = 0;

  auto operator<=>(const Endpoint&) const = default;
};

/// A sockaddr as bind(2) and connect(2) take it; nothing when it is of another family, or too short for its
/// own.
std::optional<Endpoint> endpoint_in(std::string_view sockaddr);
/// "10.0.0.1", "fe80::1"; no zone.
std::optional<Endpoint> read_address(const std::string& text, std::uint16_t port);
/// The address without the port.
std::string address_text(const Endpoint& endpoint);

/// This machine's own: 127.0.0.0/8, ::1, and what connect(2) takes for it, 0.0.0.0 and ::.
bool is_loopback(const Endpoint& endpoint);

/// An endpoint as a socket of a family takes it; a socket of AF_INET6 takes IPv4 mapped.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};
SocketAddress socket_address(const Endpoint& endpoint, int family);

/// getsockname(2), getpeername(2); nothing where it has none.
std::optional<Endpoint> own_endpoint(int socket);
std::optional<Endpoint> peer_endpoint(int socket);

/// The same for getsockopt(2) of SOL_SOCKET; -1 for what is no socket.
int socket_option(int fd, int option);

}  // namespace sandbox
