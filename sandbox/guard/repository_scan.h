#pragma once
/// Repositories below the writable roots, as far as a bounded look finds them.

#include <cstddef>
#include <string>
#include <vector>

#include "sandbox/guard/directory_looks.h"
#include "sandbox/guard/roots.h"

namespace sandbox {

/// What a directory has that a repository may be found by.
struct RepositoryLook {
  bool is_listed = false;  ///< else it cannot be
  bool is_bare = false;    ///< a git directory itself
  bool has_dot_git = false;
  std::vector<std::string> below;  ///< names of directories, without `.git` and those that are skipped
};
using RepositoryLooks = DirectoryLooks<RepositoryLook>;

inline constexpr const char* skipped_directories[] = {"node_modules", ".venv",  "venv",
                                                      "__pycache__",  "target", ".cargo"};

/// A directory costs about 10 µs, 1 when it has not changed since the last look. Trees of installed packages
/// are not entered: see `skipped_directories`.
struct ScanLimits {
  std::size_t directories = 2'000;  ///< of all roots together, the shallow ones first
  int depth = 8;                    ///< below a root
};

struct RepositoryScan {
  std::vector<std::string> dot_git;   ///< directories in which something is named `.git`
  std::vector<std::string> bare;      ///< directories that are git directories themselves
  std::vector<std::string> left_out;  ///< a sentence each: what was not looked into
  bool complete = true;               ///< the number of directories sufficed
};

RepositoryScan find_repositories(const Roots& roots, const std::vector<std::string>& below, ScanLimits limits,
                                 RepositoryLooks& looks);

}  // namespace sandbox
