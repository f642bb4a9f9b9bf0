#pragma once
/// What the first process of a sandbox is to build, from its supervisor to it.

#include "sandbox/spec.h"
#include "sandbox/sys/fd.h"

namespace sandbox {

struct Assignment {
  Spec spec;
  Tier tier = Tier::a;
};

sys::Fd pack(const Assignment& assignment);
/// Throws sys::Error for what no pack() wrote.
Assignment unpack_assignment(int fd);

}  // namespace sandbox
