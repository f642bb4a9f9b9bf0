#pragma once
/// States and words as JSON: on the control socket, for people's programs, in the audit.

#include <nlohmann/json_fwd.hpp>

#include "shelltool/state/sandbox_state.h"

namespace shelltool {

/// Fit to be read: sys::visible.
nlohmann::ordered_json json_of(const std::vector<std::string>& paths);
nlohmann::ordered_json json_of(const SandboxState& state);
/// null where it says nothing.
nlohmann::ordered_json json_of(const StateWord& word);
/// {"config", "set", "host", "calls"}: each source by itself.
nlohmann::ordered_json json_of(const StateSources& sources);
/// Throw sys::Error(invalid) for what json_of() does not write.
SandboxState read_state(const nlohmann::ordered_json& json);
StateWord read_word(const nlohmann::ordered_json& json);

}  // namespace shelltool
