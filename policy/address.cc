#include "policy/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "sandbox/sys/error.h"
#include "sandbox/sys/text.h"

namespace policy {
namespace {

constexpr unsigned mapped_prefix = 96;
constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/// The address with every bit behind the prefix cleared.
Address cut(Address address, unsigned prefix) {
  for (unsigned at = 0; at < address.bytes.size(); ++at) {
    const unsigned kept = std::clamp(prefix, at * 8, at * 8 + 8) - at * 8;
    address.bytes[at] &= static_cast<unsigned char>(~(0xffU >> kept));
  }
  return address;
}

[[noreturn]] void refuse(std::string_view text, const std::string& cause) {
  throw sys::Error(sys::Kind::invalid, "reading the network {}: {}", sys::shown(text), cause);
}

unsigned read_prefix(std::string_view text, std::string_view digits, unsigned most) {
  unsigned prefix = 0;
  const char* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, prefix);
  if (read.ec != std::errc() || read.ptr != end || prefix > most || (digits.size() > 1 && digits[0] == '0'))
    refuse(text, fmt::format("behind the '/' stands a number from 0 to {}", most));
  return prefix;
}

}  // namespace

std::optional<Address> read_address(std::string_view text) {
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  Address address;
  if (::inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1) {
    address.is_ipv4 = true;
    return address;
  }
  if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) != 1) return std::nullopt;
  if (!std::equal(mapped.begin(), mapped.end(), address.bytes.begin())) return address;
  Address plain{true, {}};
  std::copy(address.bytes.begin() + mapped.size(), address.bytes.end(), plain.bytes.begin());
  return plain;
}

std::string text_of(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(address.is_ipv4 ? AF_INET : AF_INET6, address.bytes.data(), text.data(), text.size());
  return text.data();
}

bool Network::contains(const Address& address) const {
  return address.is_ipv4 == first.is_ipv4 && cut(address, prefix) == first;
}

Network network_of(const Address& address, unsigned prefix) { return {cut(address, prefix), prefix}; }

std::string text_of(const Network& network) {
  return text_of(network.first) + "/" + std::to_string(network.prefix);
}

Network read_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view base = text.substr(0, slash);
  const std::optional<Address> first = read_address(base);
  if (!first) refuse(text, "in front of the '/' stands an IPv4 or IPv6 address");
  if (slash == std::string_view::npos) return {*first, first->bits()};
  const bool is_mapped = first->is_ipv4 && base.find(':') != std::string_view::npos;
  unsigned prefix = read_prefix(text, text.substr(slash + 1), is_mapped ? 128 : first->bits());
  if (is_mapped && prefix < mapped_prefix)
    refuse(text, "the IPv4 addresses in IPv6 have a prefix of 96 bits or more");
  if (is_mapped) prefix -= mapped_prefix;
  const Network network = network_of(*first, prefix);
  if (network.first != *first)
    refuse(text, "bits are set behind its prefix; the network is " + text_of(network));
  return network;
}

}  // namespace policy
