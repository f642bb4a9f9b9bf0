#pragma once
/// A TCP connection that a program inside is about to make, before anyone has judged it.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sandbox/exec_event.h"

namespace sandbox {

/// The name, inside, of the loopback outside. It is looked up nowhere, so a rule on the name is enough.
inline constexpr const char* own_host = "host.gatehouse.internal";

struct Connection {
  /// What the process that connects was when it started; no image where that is not known.
  std::shared_ptr<const ExecEvent> process;
  std::string host;  ///< as the program named it, in lower case; empty when it named an address
  std::vector<std::string> addresses;  ///< that one, or those that the name was resolved to; none before
  std::uint16_t port = 0;
  std::string place = {};     ///< of the sandbox, a word of the judge's own (Judge::place_of)
  std::string upstream = {};  ///< the owner's proxy, which finds the address of a name; empty: there is none
};

/// How it ended.
struct ConnectionEnd {
  std::string address = {};              ///< that was dialled last; empty when none was
  std::uint64_t sent = 0, received = 0;  ///< bytes
  int error = 0;                         ///< an errno: why it was never made, or broke off
};

}  // namespace sandbox
