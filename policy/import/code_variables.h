#pragma once
/// Variables by which a program runs code that is not its own: what is allowed without them is not allowed
/// with them. The formats that are imported do not allow a command with most assignments in front of it.

#include "policy/import/imported.h"

namespace policy {

/// What a rule writes under `env: {none: …}`.
inline constexpr const char* code_variables_name = "@code_variables";
/// Adds their set where a rule names it.
void add_code_variables(ImportDraft& draft);

}  // namespace policy
