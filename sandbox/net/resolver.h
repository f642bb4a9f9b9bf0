#pragma once
/// The resolver that programs inside ask: every name that could be a host's gets a synthetic address. What it
/// is outside is looked up when somebody may connect to it, so that asking alone tells nobody anything;
/// one that nobody knew then does not exist for a while.

#include "sandbox/net/dns_message.h"
#include "sandbox/net/names.h"
#include "sandbox/net/unknown_names.h"
#include "sandbox/sys/reactor.h"

namespace sandbox {

class Resolver {
 public:
  /// `socket` is of UDP, bound. Without `has_ipv6` names have no IPv6 address.
  Resolver(sys::Reactor& reactor, sys::Fd socket, Names& names, const UnknownNames& unknown, bool has_ipv6);

 private:
  void serve();

  sys::Fd socket_;
  Names& names_;
  const UnknownNames& unknown_;
  bool has_ipv6_;
  sys::Watch readable_;
};

/// What it answers; empty: nothing.
std::string answer_by(Names& names, const UnknownNames& unknown, std::string_view packet, bool has_ipv6);

}  // namespace sandbox
