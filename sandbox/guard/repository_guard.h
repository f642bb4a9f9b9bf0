#pragma once
/// Git directories: those that were there, and those that `git init`, `clone`, `worktree add` and `submodule
/// add` make, which stay. Taken are their hooks, what leads git out of what is guarded, and dangerous
/// configuration.

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "sandbox/guard/config_guard.h"
#include "sandbox/guard/entry.h"
#include "sandbox/guard/ground.h"
#include "sandbox/sys/reactor.h"

namespace sandbox {

class RepositoryGuard {
 public:
  RepositoryGuard(Ground& ground, ConfigGuard& configs);

  /// Looks at every repository seen so far, and at `.git` in the workspace.
  void sweep();
  /// Looks at what the watches marked since, and tries again where a lock was held.
  void look();
  /// Looks at what a scan found, which may be new.
  void check_found(const RepositoryScan& scan, std::int64_t began_ns);
  /// True: a lock is in the way, look() must be called again.
  [[nodiscard]] bool waiting() const { return !locked_.empty(); }

 private:
  using Identity = std::pair<std::uint64_t, std::uint64_t>;  // device, inode

  void check_dot_git(const std::string& directory);
  void check_repository(const std::string& path);
  void check_hooks(int git, const std::string& path, const KnownRepository& known);
  void check_hook_files(int hooks, int git, const std::string& path, const KnownRepository& known);
  void check_configs(int git, const std::string& path, const KnownRepository& known);
  void check_pointer(int dir, const std::string& directory, const std::string& name);
  void check_inner(const std::string& path);

  using Concerns = bool (*)(const std::string& name);
  /// A change in the directory marks the entry in the set.
  void watch(int dir, const std::string& directory, Concerns concerns, std::set<std::string>& marked,
             const std::string& entry);
  void watch_file(int dir, const std::string& name, std::set<std::string>& marked, const std::string& entry);
  [[nodiscard]] const KnownRepository& known(const Entry& git) const;
  [[nodiscard]] bool is_known(const std::string& path, const Entry& entry) const;

  Ground& ground_;
  ConfigGuard& configs_;
  std::map<Identity, const KnownRepository*> known_;
  std::map<std::string, const KnownName*> known_names_;
  std::set<std::string> dot_gits_;      // directories in which `.git` was seen, or is awaited
  std::set<std::string> repositories_;  // git directories seen
  std::set<std::string> visited_;       // in this pass
  std::set<std::string> marked_dot_gits_;
  std::set<std::string> marked_repositories_;
  std::map<std::string, sys::BootClock::time_point> locked_;  // git directories, since when
};

}  // namespace sandbox
