#pragma once
/// The writable roots, each held open: every look into a tree that a hostile process writes to starts here.

#include <string>
#include <vector>

#include "sandbox/sys/fd.h"

namespace sandbox {

class Roots {
 public:
  /// Absolute, normal paths. A root that cannot be opened, or has a symlink on the way, is left out.
  explicit Roots(const std::vector<std::string>& paths);

  /// What stands at an absolute path below a root, never through a symlink. Empty with errno: ENOENT, ELOOP,
  /// ENOTDIR; EXDEV when it is below no root.
  [[nodiscard]] sys::Fd open(const std::string& path, int flags) const;
  /// A directory, O_PATH.
  [[nodiscard]] sys::Fd open_directory(const std::string& path) const;
  /// What a path names that git would resolve in `directory`, which is absolute and below a root: as open().
  [[nodiscard]] sys::Fd resolve(const std::string& directory, const std::string& target, int flags) const;

  [[nodiscard]] bool contain(const std::string& path) const;
  /// The path of the root that contains `path`; empty: none.
  [[nodiscard]] std::string root_of(const std::string& path) const;
  /// As a person would write it: relative to the first root, else absolute; printable.
  [[nodiscard]] std::string shown(const std::string& path) const;

 private:
  struct Root {
    std::string path;
    sys::Fd dir;
  };
  [[nodiscard]] const Root* find(const std::string& path) const;
  std::vector<Root> roots_;
};

}  // namespace sandbox
