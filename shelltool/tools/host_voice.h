#pragma once
/// What a connection's host says about the sandbox, and is told of it.

#include "mcp/dispatcher.h"
#include "mcp/tools.h"
#include "shelltool/state/live_state.h"
#include "shelltool/tools/client_roots.h"

namespace shelltool {

/// Capabilities that make Codex say what its sandbox is.
mcp::Json state_capabilities();

/// Heeds codex/sandbox-state/update and each call's _meta: the answer to the first comes, and the tool of the
/// second runs, when the state is in force and the client's roots are told, after `begins`. Tells the host
/// when the tools' annotations change. All outlive the dispatcher.
void heed_host(mcp::Dispatcher& dispatcher, mcp::Tools& tools, LiveState& state, ClientRoots& roots,
               std::function<void()> begins);

/// `roots`: what stands for the client's roots here; nothing where it names none.
void heed_client_roots(LiveState& state, std::optional<std::vector<std::string>> roots, LiveState::Done done);

}  // namespace shelltool
