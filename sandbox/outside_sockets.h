#pragma once
/// Unix sockets of the host that have a name in the file system. A read-only mount keeps nobody from
/// connecting to one, and whoever listens there acts outside: docker, D-Bus, an agent of keys.

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/spec.h"

namespace sandbox {

struct NamedSocket {
  std::string path;         ///< absolute
  std::uint64_t inode = 0;  ///< of the socket: "socket:[N]"
};
/// Of the text of /proc/net/unix, each path once. What was bound by a relative name is not among them.
std::vector<NamedSocket> named_sockets_in(std::string_view table);

class OutsideSockets {
 public:
  /// Those that a sandbox would see: their real paths, sorted. `init`: its first process, when there is one;
  /// with the host's network its own sockets are in the same table, and are left out.
  std::vector<std::string> find(const Spec& spec, pid_t init);

 private:
  std::string real_path(const std::string& path);

  std::map<std::string, std::string> directories_;  // as they are written, and where they lead
};

}  // namespace sandbox
