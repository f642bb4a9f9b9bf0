#pragma once
/// The lifecycle of a connection: who we are, which revision is spoken.

#include <string>
#include <vector>

#include "mcp/dispatcher.h"
#include "mcp/tools.h"

namespace mcp {

struct ServerInfo {
  std::string name, title, version;
  std::function<std::string()> instructions;  ///< asked at each initialize
  Json experimental = nullptr;                ///< capabilities beyond the protocol's
  /// Told at each initialize what the client can; an empty object where it says nothing.
  std::function<void(const Json& capabilities)> client = {};
};

/// Revisions with a handshake, newest first. A client that asks for another gets the newest of them.
inline const std::vector<std::string> revisions = {"2025-11-25", "2025-06-18"};

/// Defines initialize and ping. A `server/discover` probe finds no such method, which makes
/// hosts fall back to initialize.
void serve_lifecycle(Dispatcher& dispatcher, ServerInfo info);

}  // namespace mcp
