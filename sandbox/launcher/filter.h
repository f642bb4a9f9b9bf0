#pragma once
/// The seccomp programs, made by libseccomp while gatehouse is built: making one takes longer than a sandbox
/// has.

#include <string>

namespace sandbox {

enum class FilterKind {
  unconfined,  ///< each exec is told to the listener; what would take the gate away is refused
  confined,    ///< and what reaches into the kernel or the host
  offline,     ///< and internet sockets, where no network namespace keeps them in
};

/// An array of sock_filter. Throws sys::Error.
std::string compile_filter(FilterKind kind);

}  // namespace sandbox
