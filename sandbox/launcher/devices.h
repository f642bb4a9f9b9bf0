#pragma once

#include "sandbox/launcher/private_files.h"

namespace sandbox {

/// A /dev with what every program expects and no hardware: null zero full random urandom tty, its own
/// pseudo-terminals and shared memory. The caller's terminal appears as /dev/console, so that ttyname(3)
/// finds a name for it. Returns the new /dev,
/// which shall become read-only.
sys::Fd build_devices(const PrivateFiles& files);

}  // namespace sandbox
