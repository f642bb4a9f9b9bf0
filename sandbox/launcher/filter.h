#pragma once
/// The seccomp programs, made by libseccomp while gatehouse is built: making one takes longer than a sandbox
/// has.

#include <string>

namespace sandbox {

enum class FilterKind {
  unconfined,  ///< what would take the gate away is refused
  confined,    ///< and what reaches into the kernel or the host
  by_name,     ///< and who leads where is told to the listener, too: connects and datagrams
  offline,     ///< and internet sockets, where no network namespace keeps them in
  nested,      ///< as confined, but for what makes namespaces and mounts
  nested_by_name,
};

/// An array of sock_filter. `gated`: each exec is told to the listener. Throws sys::Error.
std::string compile_filter(FilterKind kind, bool gated);

}  // namespace sandbox
