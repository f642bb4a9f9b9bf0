#pragma once
/// Where a call of the network leads that is told to the listener: connect(2), sendto(2), sendmsg(2) and
/// sendmmsg(2), of which the last three may name whom they go to.

#include <optional>

#include "sandbox/gate/listener.h"
#include "sandbox/net/endpoint.h"

namespace sandbox {

/// Nothing where connect(2) is none of ours (loopback, another family): the kernel does it, and its namespace
/// leads nowhere. Throws CallerError where the kernel would refuse it.
std::optional<Endpoint> wanted_by_connect(const Notification& notification);

/// Whom a datagram is for, in the first message where there are several; nothing where it is no datagram, or
/// for loopback, or cannot be read.
std::optional<Endpoint> wanted_by_datagram(const Notification& notification);

}  // namespace sandbox
