#pragma once
/// Addresses of the internet protocols, and networks of them. An IPv4 address that is written as an IPv6 one
/// (::ffff:10.0.0.1) is the IPv4 address.

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace policy {

struct Address {
  bool is_ipv4 = false;
  std::array<unsigned char, 16> bytes{};  ///< network order; of IPv4 the first four

  [[nodiscard]] unsigned bits() const { return is_ipv4 ? 32 : 128; }
  friend bool operator==(const Address&, const Address&) = default;
};

/// "10.0.0.1", "fe80::1"; no brackets, no zone, no other base than ten.
std::optional<Address> read_address(std::string_view text);
std::string text_of(const Address& address);

/// All addresses that begin with the same bits.
struct Network {
  Address first;
  unsigned prefix = 0;

  [[nodiscard]] bool contains(const Address& address) const;
};

/// The one of that prefix that the address lies in.
Network network_of(const Address& address, unsigned prefix);
/// "10.0.0.0/8".
std::string text_of(const Network& network);

/// "10.0.0.0/8"; an address alone is a network of one. Throws sys::Error(invalid), also where bits are set
/// behind the prefix: it could be meant in two ways.
Network read_network(std::string_view text);

}  // namespace policy
