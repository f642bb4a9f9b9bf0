#pragma once

#include <string>

namespace shelltool::files {

/// Copies a file, a link as a link, or a directory with all that is in it, from one true name to another that
/// is not there. Contents are shared where the file system can. Permissions are copied, owners and set-id
/// bits are not. Throws FileError; what was copied until then is gone again.
void copy_tree(const std::string& from, const std::string& to);

}  // namespace shelltool::files
