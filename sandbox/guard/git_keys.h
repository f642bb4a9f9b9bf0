#pragma once
/// Which entries of a repository's configuration act on whoever runs git in it next (git-config(1), and the
/// manuals of git-lfs, git-svn and git-imap-send): they start a program, or send git elsewhere.

#include <optional>

#include "sandbox/guard/git_config.h"

namespace sandbox {

enum class Danger {
  starts_program,  ///< names a program or a directory of programs
  redirects,       ///< makes git read, write or connect somewhere else
};

/// Nothing for an entry that is data to git. core.worktree is judged by where it leads, which is the caller's
/// to find out: here it always redirects.
std::optional<Danger> danger_of(const ConfigEntry& entry);

}  // namespace sandbox
