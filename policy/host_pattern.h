#pragma once
/// Hosts as rules write them.

#include <optional>
#include <string>
#include <string_view>

#include "policy/address.h"

namespace policy {

/// A name; "*.name", which is every name below it and not the name itself; an address; or a network in CIDR
/// notation. Case and a dot at the end make no difference.
class HostPattern {
 public:
  /// Throws sys::Error(invalid) on anything else.
  explicit HostPattern(std::string_view text);

  /// `host` as the program named it, or empty; `address` where it is known. A name is held against the name
  /// alone, a network against the address alone.
  [[nodiscard]] bool matches(std::string_view host, const std::optional<Address>& address) const;
  [[nodiscard]] const std::optional<Network>& network() const { return network_; }
  /// That the host has or, for "*.name", ends in; in lower case.
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Its shortest form: "*.a.example", "10.0.0.0/8".
  [[nodiscard]] std::string text() const;

 private:
  std::optional<Network> network_;
  std::string name_;  ///< lower case, without the dot at its end
  bool below_ = false;
};

/// Lower case, without the dot at its end.
std::string normal_host(std::string_view host);
/// Why this can be no name of a host; empty when it can.
std::string fault_of_host(std::string_view host);

}  // namespace policy
