#include "policy/internal_address.h"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

namespace policy {
namespace {

std::vector<Network> networks(std::initializer_list<const char*> texts) {
  std::vector<Network> all;
  for (const char* text : texts) all.push_back(read_network(text));
  return all;
}

bool is_in(const std::vector<Network>& all, const Address& address) {
  return std::any_of(all.begin(), all.end(), [&](const Network& one) { return one.contains(address); });
}

struct Wrapping {
  Network network;
  std::size_t at;  // where the IPv4 address stands
};

/// NAT64 (RFC 6052, 8215), 6to4 (RFC 3056), IPv4-compatible (RFC 4291).
const std::vector<Wrapping>& wrappings() {
  static const std::vector<Wrapping> all = {{read_network("64:ff9b::/96"), 12},
                                            {read_network("64:ff9b:1::/48"), 12},
                                            {read_network("2002::/16"), 2},
                                            {read_network("::ffff:0:0:0/96"), 12},
                                            {read_network("::/96"), 12}};
  return all;
}

bool has(const sockaddr& interface, const Address& address) {
  if (address.is_ipv4 && interface.sa_family == AF_INET)
    return std::memcmp(&reinterpret_cast<const sockaddr_in&>(interface).sin_addr, address.bytes.data(), 4) ==
           0;
  return !address.is_ipv4 && interface.sa_family == AF_INET6 &&
         std::memcmp(&reinterpret_cast<const sockaddr_in6&>(interface).sin6_addr, address.bytes.data(), 16) ==
             0;
}

/// What this machine serves to all it serves to itself by a public address, too.
bool is_own(const Address& address) {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return false;
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(all, ::freeifaddrs);
  for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next)
    if (one->ifa_addr != nullptr && has(*one->ifa_addr, address)) return true;
  return false;
}

}  // namespace

bool is_internal(const Address& address) {
  // RFC 6890 and its registry, but for what documentation uses.
  static const std::vector<Network> internal =
      networks({"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
                "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3", "::/127", "100::/64",
                "2001::/23", "5f00::/16", "fc00::/7", "fe80::/9", "ff00::/8"});
  if (is_in(internal, address) || is_own(address)) return true;
  return std::any_of(wrappings().begin(), wrappings().end(), [&](const Wrapping& wrapping) {
    if (!wrapping.network.contains(address)) return false;
    Address inner{true, {}};
    const auto first = address.bytes.begin() + static_cast<std::ptrdiff_t>(wrapping.at);
    std::copy(first, first + 4, inner.bytes.begin());
    return is_in(internal, inner);
  });
}

}  // namespace policy
