#pragma once
/// What git takes for a repository, and where its parts lie (gitrepository-layout(5), setup.c).

#include <optional>
#include <string>
#include <vector>

#include "sandbox/guard/roots.h"

namespace sandbox {

/// Everything that is read from a repository's small files: config, commondir, a `.git` file.
inline constexpr std::size_t most_git_bytes = 4 * 1024 * 1024;

/// The names of the configuration files in a git directory.
inline constexpr const char* git_config_names[] = {"config", "config.worktree"};

/// HEAD, and objects and refs of its own or those of a commondir.
bool is_git_directory(int dir);
/// A hook that git does not run: its name ends in ".sample".
bool is_sample(const std::string& hook);
/// What a `.git` file names: the text behind "gitdir: ".
std::optional<std::string> pointed_by_git_file(const std::string& content);
/// What a `commondir` file names.
std::string pointed_by_commondir(const std::string& content);

/// The repositories inside a git directory: its submodules' and its worktrees'.
struct InnerRepositories {
  std::vector<std::string> directories;  ///< absolute
  std::vector<std::string> links;        ///< symlinks to directories where git would look for one
  std::vector<std::string> unfinished;   ///< directories in modules that are none, or none yet
};
InnerRepositories inner_repositories(const Roots& roots, const std::string& git_directory);

/// The git directories outside `root` that a worktree or a submodule in it needs: only where they name `root`
/// in turn, since the `.git` file that leads there may have been written by the command of an earlier turn.
std::optional<std::string> outside_git_directory(const std::string& root);

}  // namespace sandbox
