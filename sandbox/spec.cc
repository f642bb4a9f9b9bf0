#include "sandbox/spec.h"

namespace sandbox {

const char* name_of(Mode mode) {
  switch (mode) {
    case Mode::read_only:
      return "read-only";
    case Mode::workspace_write:
      return "workspace-write";
    case Mode::danger_full_access:
      return "danger-full-access";
  }
  return "";
}

const char* name_of(Network network) {
  switch (network) {
    case Network::none:
      return "none";
    case Network::allowlist:
      return "allowlist";
    case Network::full:
      return "full";
  }
  return "";
}

const char* name_of(Tier tier) {
  switch (tier) {
    case Tier::a:
      return "A";
    case Tier::b:
      return "B";
    case Tier::c:
      return "C";
  }
  return "";
}

}  // namespace sandbox
