#pragma once

namespace shelltool {

/// Exit statuses of DESIGN §10, from 126 on as a shell's.
enum ExecStatus {
  status_timed_out = 124,
  status_not_started = 125,
  status_denied = 126,
  status_not_found = 127
};

}  // namespace shelltool
