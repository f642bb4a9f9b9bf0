#pragma once
/// Which synthetic address stands for which name. A program inside connects to it as to any other, and the
/// name comes with it. None is given twice, so that what was kept from before never means another name.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/net/endpoint.h"

namespace sandbox {

class Names {
 public:
  using Number = std::uint32_t;
  /// Beyond it no name gets an address: names are the asker's to make up.
  static constexpr Number most = 0xffff;

  /// Of a name in lower case, without a dot at its end; the same for as long as this lives.
  std::optional<Number> number_of(const std::string& name);
  /// The name behind an address; nullptr where it is none of ours, or nobody's yet.
  [[nodiscard]] const std::string* name_at(const Endpoint& endpoint) const;

 private:
  std::vector<std::string> names_;  // number 1 is the first
  std::map<std::string, Number> numbers_;
};

/// In 198.18.0.0/16, which is set aside for benchmarks and no network's (RFC 2544).
Endpoint ipv4_of(Names::Number number);
/// In fd67:6174:6568::/96, a local prefix (RFC 4193) that is "gateh" spelled out.
Endpoint ipv6_of(Names::Number number);
/// Whether it is one of either kind, named or not.
bool is_synthetic(const Endpoint& endpoint);

}  // namespace sandbox
