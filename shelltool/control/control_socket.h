#pragma once
/// Where the gatehouses of a user listen: RUNTIME/PID.sock, 0600, a JSON packet each way.

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "sandbox/sys/channel.h"
#include "sandbox/sys/fd.h"
#include "shelltool/state/sandbox_state.h"

namespace shelltool {

struct ControlRequest {
  enum class Kind {
    show,
    check,  ///< whether `set` would be heeded
    set,    ///< answered when it is in force
    watch,  ///< answered now, and after every change
  };
  Kind kind = Kind::show;
  StateWord word;
};
std::string packet_of(const ControlRequest& request);
/// Throws sys::Error(invalid).
ControlRequest read_control_request(const std::string& packet);

/// Listens as this process. The directory must be this user's own. Throws sys::Error.
sys::Fd listen_in(const std::string& directory);
/// Takes the name away that listen_in() made.
void unlisten_in(const std::string& directory);
/// Of processes that listen, or did when they were killed: such names go.
std::vector<pid_t> listeners_in(const std::string& directory);
struct Connecting {
  std::optional<sys::Channel> channel;
  bool is_full = false;  ///< it listens, and has no room at present
};
/// At once. Neither when it does not listen any more, or is not this user's.
Connecting connect_to(const std::string& directory, pid_t process);

}  // namespace shelltool
