#pragma once
/// What programs outside the sandbox trust by its name: found before a turn, held or watched during it. Facts
/// in order of trust: what exists is bound read-only by the launcher (Spec::protect), what does not is
/// watched.

#include <cstdint>
#include <string>
#include <vector>

#include "sandbox/guard/git_config.h"
#include "sandbox/guard/repository_scan.h"

namespace sandbox {

/// A name below a root, component by component; a component may be a glob (fnmatch(3)).
struct NamePattern {
  std::string root;
  std::vector<std::string> parts;
};

/// Something that stood at a guarded name before the turn, and is left alone as long as it is the same.
struct KnownName {
  std::string path;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::string text;  ///< of a symlink, and of a file that leads git elsewhere
};

/// A hook that stood in a git directory before the turn.
struct KnownHook {
  std::string name;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t changed_ns = 0;
};

/// The entries of a configuration file that danger_of() names, before the turn: they are the owner's.
struct KnownConfig {
  std::string name;  ///< "config" or "config.worktree"
  std::vector<ConfigEntry> entries;
};

struct KnownRepository {
  std::string path;  ///< the git directory, when it was found; it may be moved
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  bool hooks_held = false;  ///< its hooks are in `protect`
  std::vector<KnownHook> hooks;
  std::vector<KnownConfig> configs;
};

struct ProtectedNames {
  /// The writable roots that were given, and the git directories outside them that a worktree or a submodule
  /// needs: Spec::writable.
  std::vector<std::string> roots;
  std::vector<std::string> added_roots;  ///< those that were not given
  std::vector<std::string> protect;      ///< exists: Spec::protect
  std::vector<NamePattern> names;        ///< what is not to appear
  std::vector<KnownName> known;
  std::vector<KnownRepository> repositories;
  std::vector<std::string> not_scanned;  ///< a sentence each
  bool scan_complete = true;             ///< a repository that turns up later was made later
};

/// The names below each root that are always protected. Ordinary work products that run code where their
/// project is built (Makefile, package.json, .pre-commit-config.yaml …) are not among them.
std::vector<std::string> protected_by_default();

/// `extra`: the owner's own, relative to each root or absolute, with globs. Nothing here fails: what is
/// missing is watched, what is odd is noted.
ProtectedNames find_protected_names(const std::vector<std::string>& roots,
                                    const std::vector<std::string>& extra = {}, ScanLimits limits = {});

}  // namespace sandbox
