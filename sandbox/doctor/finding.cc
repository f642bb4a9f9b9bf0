#include "sandbox/doctor/finding.h"

namespace sandbox {

const char* name_of(Feature feature) {
  switch (feature) {
    case Feature::openat2:
      return "openat2";
    case Feature::proc:
      return "/proc";
    case Feature::user_namespaces:
      return "user namespaces";
    case Feature::mounts:
      return "mount namespaces";
    case Feature::processes:
      return "PID namespaces";
    case Feature::network:
      return "network namespaces";
    case Feature::overlay:
      return "overlayfs";
    case Feature::id_maps:
      return "id-mapped mounts";
    case Feature::landlock:
      return "Landlock";
    case Feature::seccomp:
      return "seccomp listener";
    case Feature::ptrace:
      return "ptrace";
    case Feature::cgroups:
      return "cgroup v2";
    case Feature::interop:
      return "WSL interop";
  }
  return "";
}

const char* name_of(State state) {
  switch (state) {
    case State::ok:
      return "ok";
    case State::degraded:
      return "degraded";
    case State::missing:
      return "missing";
  }
  return "";
}

}  // namespace sandbox
