#pragma once
/// What stood in directories when they were last looked at, so that of a large tree only what has changed
/// since is read again.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sandbox/guard/entry.h"
#include "sandbox/guard/roots.h"

namespace sandbox {

/// Follows from the names in the directory alone.
struct DirectoryLook {
  bool is_listed = false;  ///< else it cannot be
  bool is_bare = false;    ///< a git directory itself
  bool has_dot_git = false;
  std::vector<std::string> below;  ///< names of directories, without `.git` and those that are skipped
};

class DirectoryLooks {
 public:
  /// Null when there is no such directory. Good until the next call.
  const DirectoryLook* look(const Roots& roots, const std::string& path);
  /// Keeps only what was looked at since the last call.
  void forget_the_rest();

 private:
  struct Known {
    Entry directory;  // as it was before it was read; its changed_ns is 0 where that would not tell a change
    DirectoryLook look;
  };
  std::map<std::string, Known> before_, now_;  // by path
};

inline constexpr const char* skipped_directories[] = {"node_modules", ".venv",  "venv",
                                                      "__pycache__",  "target", ".cargo"};

}  // namespace sandbox
