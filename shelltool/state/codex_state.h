#pragma once
/// What Codex says about its sandbox: until 0.121 by a request on every change, since 0.122 with every call.

#include <optional>

#include "mcp/json.h"
#include "shelltool/state/sandbox_state.h"

namespace shelltool {

/// Of the params of codex/sandbox-state/update. Throws sys::Error(invalid) that names what is wrong.
StateWord read_codex_update(const mcp::Json& params);

/// Of a call's _meta; nothing where it does not say. Throws as above.
std::optional<StateWord> read_codex_meta(const mcp::Json& meta);

}  // namespace shelltool
