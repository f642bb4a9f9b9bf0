#pragma once
/// What a guard did, for the person to read.

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace sandbox {

struct Taken {
  enum class Kind {
    name,        ///< a file or directory that programs outside trust by its name
    hook,        ///< a git hook
    pointer,     ///< what leads git to a directory elsewhere: a `.git` file, `commondir`, a symlink
    config_key,  ///< an entry of a git configuration file
    lock,        ///< a lock on a configuration file that nobody would let go
    notice,      ///< nothing was taken; `what` says all
  };
  Kind kind = Kind::name;
  std::string path;   ///< where it stood: absolute
  std::string shown;  ///< the same for a person: relative to the workspace, printable
  std::string what;   ///< "core.hooksPath = x", "a directory", "a symlink to /etc"; printable
  std::string where;  ///< its place in the quarantine; empty: a key, or removed
  std::string cause;  ///< why it could not be taken; empty: it was

  /// "took back core.hooksPath = x from .git/config: it would start a program outside the sandbox"
  [[nodiscard]] std::string sentence() const;
};

/// Collects what was taken. The same key taken from the same file again is one entry; there is a bound on the
/// number, since a hostile program can plant as long as it runs.
class Ledger {
 public:
  void add(Taken taken);
  /// What was added since the last call, and a notice with the number of those that were too many.
  std::vector<Taken> take();

 private:
  static constexpr std::size_t limit = 10'000;
  std::vector<Taken> taken_;
  std::set<std::string> seen_;
  std::size_t dropped_ = 0;
};

}  // namespace sandbox
