#pragma once

#include <string>

#include "sandbox/outcome.h"

namespace shelltool {

/// Who listens inside, and what would publish it; `way` has "{0}" for the port.
std::string server_note(const sandbox::Listening& server, const char* way);

}  // namespace shelltool
