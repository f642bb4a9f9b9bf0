#include "shelltool/session/server_note.h"

#include <fmt/core.h>

namespace shelltool {

std::string server_note(const sandbox::Listening& server, const char* way) {
  return fmt::format("{} listens on port {}, inside only; {} lets 127.0.0.1 outside reach it",
                     server.program.empty() ? "a program" : server.program, server.port,
                     fmt::format(fmt::runtime(way), server.port));
}

}  // namespace shelltool
