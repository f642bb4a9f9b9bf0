#pragma once

#include "shelltool/files/pinned.h"

namespace shelltool::files {

/// Gives a new file the owner, mode, extended attributes, ACLs and flags of another. False where it cannot
/// have one of them.
bool copy_attributes(const Pinned& from, int to);

}  // namespace shelltool::files
