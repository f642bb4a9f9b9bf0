#pragma once

#include "sandbox/sys/channel.h"

namespace shelltool {

/// The life of a file worker, in the sandbox: one request after the other, until the server is gone.
/// Spec::worker.
void run_file_worker(sys::Channel& server);

}  // namespace shelltool
