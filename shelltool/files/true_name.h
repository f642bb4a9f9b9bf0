#pragma once
/// Names that are themselves meant: what they lead to, where they are links, is not touched.

#include <functional>
#include <string>

#include "sandbox/sys/fd.h"

namespace shelltool::files {

/// Links are followed on the way, and the last component is not. What is missing stays as it is written.
/// Throws FileError.
std::string true_name(const std::string& path);

/// The directory that a true name is in, held; throws FileError, also where a link has come to be on the way.
sys::Fd held_parent(const std::string& true_name);

/// Everything below a directory, each directory before what is in it: `found` gets the path below it and the
/// mode. Links are not followed. Throws FileError for more than 50,000 entries, and where something cannot be
/// looked at.
void each_below(const sys::Fd& directory, const std::string& shown,
                const std::function<void(const std::string& below, unsigned mode)>& found);

}  // namespace shelltool::files
