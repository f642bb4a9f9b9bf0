#pragma once
/// What an agent host's settings say: is gatehouse registered, and which of the host's own tools are still
/// on.

#include <string>
#include <vector>

#include "mcp/json.h"
#include "shelltool/setup/account.h"

namespace shelltool {

struct HostCheck {
  std::string host;         ///< "claude"
  bool registered = false;  ///< the host would start a server called gatehouse
  std::string command;      ///< that server's program; empty when there is none
  std::vector<std::string>
      builtins_on;                 ///< the host's own shell and file tools that it still offers, by its names
  std::vector<std::string> notes;  ///< what else stands in the way, a sentence each
};

/// Reads the user's own settings of one host, and changes nothing. Throws sys::Error for an unknown host,
/// naming the nearest, and config::BadInput for settings that cannot be read.
HostCheck check_host(const std::string& host, const Caller& caller);

/// A few lines for a person; the same as an object, with the members' names as keys.
std::string host_text(const HostCheck& check);
mcp::Json host_json(const HostCheck& check);

}  // namespace shelltool
