#pragma once
/// What is taken away again inside the mount tree: paths that stay read-only, and paths that are hidden.

#include <set>
#include <string>
#include <vector>

#include "sandbox/launcher/private_files.h"

namespace sandbox {

class Covers {
 public:
  /// `tops`: where the command may change files.
  Covers(const PrivateFiles& files, std::vector<std::string> tops) : files_(files), tops_(std::move(tops)) {}

  /// Read-only, and every ancestor below the outermost top bound onto itself, or `mv` of an ancestor would
  /// take the protection away. Nothing to do outside the tops and for what does not exist.
  void protect(const std::string& path);
  /// Read-only wherever it lies.
  void make_read_only(const std::string& path);
  /// What does not exist or cannot be reached needs no hiding; what cannot be hidden is an error.
  void hide(const std::string& path);
  /// As protect() does for the ancestors.
  void pin_ancestors(const std::string& path);

 private:
  [[nodiscard]] const std::string* outermost_top(const std::string& path) const;

  const PrivateFiles& files_;
  std::vector<std::string> tops_;
  std::set<std::string> pinned_;
};

}  // namespace sandbox
