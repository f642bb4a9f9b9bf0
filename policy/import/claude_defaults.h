#pragma once
/// What Claude Code does with commands that no permission names.

#include <string>

#include "policy/import/imported.h"

namespace policy {

/// Adds defaults and rules for a `defaultMode`, empty where the settings state none. Throws config::BadInput
/// for one that is not known.
void add_claude_defaults(const std::string& mode, const config::Place& place, ImportDraft& draft);

/// `options` that keep find from running and deleting.
config::Entry without_actions();

}  // namespace policy
