#pragma once

#include "sandbox/spec.h"

namespace sandbox {

/// For this process and what it starts. A limit above the caller's own hard limit becomes that one.
void set_limits(const Limits& limits);

}  // namespace sandbox
