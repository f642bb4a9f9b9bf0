#pragma once
/// What the first process of a sandbox is to build, from its supervisor to it.

#include "sandbox/spec.h"
#include "sandbox/sys/fd.h"

namespace sandbox {

struct Assignment {
  Spec spec;
  Tier tier = Tier::a;
};

/// Into a memfd, from its beginning.
void write_assignment(int fd, const Assignment& assignment);
/// By whoever has it open, wherever others have read to. Throws sys::Error for what was not written so.
Assignment read_assignment(int fd);

}  // namespace sandbox
