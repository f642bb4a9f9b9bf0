#pragma once

namespace sandbox {

/// A new network namespace has a loopback that is down.
void bring_loopback_up();

}  // namespace sandbox
