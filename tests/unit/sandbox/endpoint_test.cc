#include <doctest/doctest.h>

#include <cstddef>

#include "sandbox/net/endpoint.h"

namespace sandbox {
namespace {

std::string bytes_of(const SocketAddress& address) {
  return {reinterpret_cast<const char*>(&address.storage), address.size};
}

TEST_CASE("an endpoint is what a socket address says, and becomes one again") {
  for (const char* text : {"10.1.2.3", "2001:db8::7"}) {
    const Endpoint endpoint = *read_address(text, 443);
    const SocketAddress address = socket_address(endpoint, endpoint.is_ipv4 ? AF_INET : AF_INET6);
    CHECK(endpoint_in(bytes_of(address)) == endpoint);
    CHECK(address_text(endpoint) == text);
  }
}

TEST_CASE("IPv4 in IPv6 is IPv4, whichever socket it is for") {
  const Endpoint plain = *read_address("10.1.2.3", 80);
  CHECK(*read_address("::ffff:10.1.2.3", 80) == plain);
  CHECK(endpoint_in(bytes_of(socket_address(plain, AF_INET6))) == plain);
}

TEST_CASE("what is too short for its family, or of another, is none") {
  const std::string ipv4 = bytes_of(socket_address(*read_address("10.1.2.3", 80), AF_INET));
  const std::string ipv6 = bytes_of(socket_address(*read_address("2001:db8::7", 80), AF_INET6));
  for (std::size_t size = 0; size < ipv4.size(); ++size) CHECK_FALSE(endpoint_in(ipv4.substr(0, size)));
  for (std::size_t size = 0; size < offsetof(sockaddr_in6, sin6_scope_id); ++size)
    CHECK_FALSE(endpoint_in(ipv6.substr(0, size)));
  CHECK(endpoint_in(ipv6.substr(0, offsetof(sockaddr_in6, sin6_scope_id))));
  CHECK_FALSE(endpoint_in(std::string("\1\0/run/x", 8)));
}

TEST_CASE("this machine's own addresses are told from all others") {
  for (const char* text : {"127.0.0.1", "127.255.0.9", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1"})
    CHECK_MESSAGE(is_loopback(*read_address(text, 1)), text);
  for (const char* text : {"126.0.0.1", "0.0.0.1", "128.0.0.1", "::2", "1::", "fe80::1", "::ffff:10.0.0.1"})
    CHECK_MESSAGE(!is_loopback(*read_address(text, 1)), text);
}

}  // namespace
}  // namespace sandbox
