#pragma once
/// Which of those who arrive at the relay was sent there by us, and for what. A socket is known by its own
/// address, read after it was connected, and our copy of it is held until it has arrived: as long as the copy
/// is connected the kernel gives that address to no other. The port alone would not tell: whoever had it next
/// could take what it was granted.

#include <cstdint>
#include <map>
#include <optional>

#include "sandbox/net/endpoint.h"
#include "sandbox/sys/fd.h"

namespace sandbox {

class Claims {
 public:
  using Number = std::uint64_t;

  /// `copy` is connected to a relay, or about to be. False when it has no address of its own any more.
  bool add(Number number, sys::Fd copy);
  /// Who arrived from there at this relay; once. Nothing where it is nobody whom we sent.
  std::optional<Number> take(const Endpoint& from, const Endpoint& relay);
  void forget(Number number);

 private:
  struct Claim {
    Number number;
    sys::Fd copy;
  };
  std::multimap<Endpoint, Claim> claims_;  // by the socket's own address
  std::map<Number, Endpoint> addresses_;
};

}  // namespace sandbox
