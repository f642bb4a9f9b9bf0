#pragma once
/// Servers inside, by what /proc tells of the sandbox's network namespace.

#include <sys/types.h>

#include <cstdint>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "sandbox/outcome.h"

namespace sandbox {

struct ListeningSocket {
  std::uint16_t port = 0;
  std::uint64_t inode = 0;  ///< of the socket: "socket:[N]"
};
/// Of the text of /proc/PID/net/tcp or tcp6.
std::vector<ListeningSocket> listening_in(std::string_view table);

class ListeningLook {
 public:
  /// Below `init` all is the sandbox's, and in its namespace. `expected`: ports that are not told.
  ListeningLook(pid_t init, std::set<std::uint16_t> expected) : init_(init), expected_(std::move(expected)) {}

  /// What has begun to listen since the last look: of many, twenty.
  std::vector<Listening> look();

 private:
  pid_t init_;
  std::set<std::uint16_t> expected_, known_;
};

}  // namespace sandbox
