#pragma once

#include <string>

#include "shelltool/files/pinned.h"

namespace shelltool::files {

/// Gives a new file the owner, mode, extended attributes, ACLs and flags of another. False where it cannot
/// have one of them.
bool copy_attributes(const Pinned& from, int to);

/// The extended attributes and ACLs that an owner can give a file, packed; empty: it has none.
std::string own_attributes(const Pinned& file);
/// False where the file cannot have one of them.
bool give_attributes(const std::string& packed, const sys::Fd& place);

}  // namespace shelltool::files
