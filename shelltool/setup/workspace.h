#pragma once
/// Which directories a command may change.

#include <string>
#include <vector>

#include "shelltool/setup/account.h"

namespace shelltool {

struct Workspace {
  std::vector<std::string> roots;      ///< every symlink followed, no root twice; the first is the workspace
  std::vector<std::string> spellings;  ///< of each root: the path as it was given, absolute
  bool is_writable = true;             ///< false: the mode must be read-only
  std::string note;                    ///< why it is not
};

/// The roots that were named; each must be a directory, and any directory may be named. Otherwise the git top
/// of `cwd`, or `cwd` itself; "/", homes, what lies above them, and system directories are then not writable.
/// Throws sys::Error that names the path.
Workspace choose_workspace(const std::vector<std::string>& named, const std::string& cwd,
                           const Caller& caller);

/// Why a directory that nobody named cannot be written, as in "is your home directory"; empty when it can.
/// `path` has its symlinks followed.
std::string why_not_writable(const std::string& path, const std::vector<std::string>& homes);

/// The nearest directory from `path` upwards that has a `.git` directory or file; empty when none has.
std::string git_top(const std::string& path);

}  // namespace shelltool
