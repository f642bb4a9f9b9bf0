#pragma once

#include "policy/address.h"

namespace policy {

/// Of this machine, by the interfaces that it has now, or of a network that is not the internet: loopback,
/// private, link-local, multicast, reserved; also where such an IPv4 address is wrapped in an IPv6 one.
bool is_internal(const Address& address);

/// What denies a connection to one that no rule names.
inline constexpr const char* internal_rule = "net.internal";

}  // namespace policy
