#pragma once
/// What one probe of this machine found. Every probe does the thing; none reads a version.

#include <string>

namespace sandbox {

enum class Feature {
  openat2,
  proc,
  user_namespaces,
  mounts,
  processes,  ///< a PID namespace with a /proc of its own
  network,
  overlay,
  id_maps,
  landlock,
  seccomp,
  ptrace,
  cgroups,
  interop,  ///< of WSL, with Windows
};

enum class State {
  ok,
  degraded,  ///< there, but not all of it
  missing,
};

struct Finding {
  Feature feature = Feature::openat2;
  State state = State::ok;
  std::string found;  ///< "ABI 7, with signal scope"; when it is missing, the step that failed and why
  std::string mend;   ///< the one command that mends it; empty where none is needed or known
};

const char* name_of(Feature feature);  ///< "user namespaces", …
const char* name_of(State state);      ///< "ok", "degraded", "missing"

}  // namespace sandbox
