#pragma once
/// What the supervisor asks the sandbox's first process to hold, and to let go again.

#include <string>
#include <vector>

#include "sandbox/spec.h"
#include "sandbox/sys/fd.h"

namespace sandbox {

struct HoldOrder {
  std::vector<Held> held;           ///< from now on, in place of how the path is held already
  std::vector<std::string> let_go;  ///< paths, after that
};

struct NotHeld {
  std::string path;
  std::string why;
  bool for_good = false;  ///< it is held wherever it can be
};

template <class Wire>
void carry(Wire& wire, Held& held) {
  auto& [path, as, text] = held;
  wire(path), wire(as), wire(text);
}

/// Memfds. unpack…() throw sys::Error for what no pack() wrote.
sys::Fd pack(const HoldOrder& order);
HoldOrder unpack_hold_order(int fd);
sys::Fd pack(const std::vector<NotHeld>& failures);
std::vector<NotHeld> unpack_not_held(int fd);

}  // namespace sandbox
