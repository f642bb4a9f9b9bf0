#pragma once
/// What governs a command is its owner's to change, who is in no sandbox.

#include <string_view>

namespace shelltool {

/// Throws where this runs in a gatehouse's sandbox. `what` cannot be done there: "no state is changed or
/// shown".
void require_owner(std::string_view what);

}  // namespace shelltool
