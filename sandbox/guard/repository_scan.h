#pragma once
/// Repositories below the writable roots, as far as a bounded look finds them.

#include <cstddef>
#include <string>
#include <vector>

#include "sandbox/guard/directory_looks.h"
#include "sandbox/guard/roots.h"

namespace sandbox {

/// A directory costs about 10 µs, 3 when it has not changed since the last look. Trees of installed packages
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
                                 DirectoryLooks& looks);

}  // namespace sandbox
