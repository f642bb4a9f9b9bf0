#pragma once

#include <string>

#include "sandbox/sys/fd.h"

namespace shelltool::files {

/// renameat2(2) that replaces nothing; 0 or an errno. File systems without it have links, or at least a look
/// before.
int rename_to_new(const sys::Fd& from_directory, const std::string& from, const sys::Fd& to_directory,
                  const std::string& to);

}  // namespace shelltool::files
