#pragma once
/// Questions and answers of the domain name system: RFC 1035. What is asked comes from anybody inside and may
/// be any bytes.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sandbox {

enum class DnsType : std::uint16_t { a = 1, ptr = 12, aaaa = 28 };

struct DnsQuestion {
  std::uint16_t id = 0;
  bool wants_recursion = false;
  std::string name =
      {};  ///< in lower case, without a dot at its end; empty: the root, or what is no host's name
  std::uint16_t type = 0;
  std::string asked = {};  ///< the question as it stood in the packet, which the answer repeats
};

/// The one standard question of a packet; nothing where it is none, or has more or less than one.
std::optional<DnsQuestion> read_question(std::string_view packet);

enum class DnsCode : unsigned char {
  none = 0,
  failure = 2,
  no_such_name = 3,
  not_implemented = 4,
  refused = 5
};

/// The packet that answers it. `addresses`: 4 or 16 bytes each, as the question's type wants them.
std::string answer_to(const DnsQuestion& question, DnsCode code,
                      const std::vector<std::string>& addresses = {});

}  // namespace sandbox
