#include "sandbox/net/names.h"

#include <algorithm>

namespace sandbox {
namespace {

// Of both kinds the last two bytes are the number.
constexpr std::array<unsigned char, 2> ipv4_prefix = {198, 18};
constexpr std::array<unsigned char, 14> ipv6_prefix = {0xfd, 'g', 'a', 't', 'e', 'h'};

template <class Prefix>
Endpoint address_of(bool is_ipv4, const Prefix& prefix, Names::Number number) {
  Endpoint endpoint{.is_ipv4 = is_ipv4};
  std::copy(prefix.begin(), prefix.end(), endpoint.bytes.begin());
  endpoint.bytes[prefix.size()] = static_cast<unsigned char>(number >> 8U);
  endpoint.bytes[prefix.size() + 1] = static_cast<unsigned char>(number & 0xffU);
  return endpoint;
}

template <class Prefix>
bool begins_with(const Endpoint& endpoint, const Prefix& prefix) {
  return std::equal(prefix.begin(), prefix.end(), endpoint.bytes.begin());
}

}  // namespace

std::optional<Names::Number> Names::number_of(const std::string& name) {
  if (const auto known = numbers_.find(name); known != numbers_.end()) return known->second;
  if (names_.size() >= most) return std::nullopt;
  names_.push_back(name);
  return numbers_.emplace(name, static_cast<Number>(names_.size())).first->second;
}

const std::string* Names::name_at(const Endpoint& endpoint) const {
  if (!is_synthetic(endpoint)) return nullptr;
  const std::size_t at = endpoint.is_ipv4 ? ipv4_prefix.size() : ipv6_prefix.size();
  const std::size_t number = endpoint.bytes[at] * 0x100U + endpoint.bytes[at + 1];
  return number == 0 || number > names_.size() ? nullptr : &names_[number - 1];
}

Endpoint ipv4_of(Names::Number number) { return address_of(true, ipv4_prefix, number); }
Endpoint ipv6_of(Names::Number number) { return address_of(false, ipv6_prefix, number); }

bool is_synthetic(const Endpoint& endpoint) {
  return endpoint.is_ipv4 ? begins_with(endpoint, ipv4_prefix) : begins_with(endpoint, ipv6_prefix);
}

}  // namespace sandbox
