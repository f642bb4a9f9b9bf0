#pragma once
/// `gatehouse state show|set|watch`: the sandboxes of this user, while commands run in them.

#include <sys/types.h>

#include "shelltool/setup/options.h"

namespace shelltool {

/// Which of them are meant, and what is set.
struct StateOptions {
  CommonOptions common;            ///< mode, network, workspaces
  std::vector<std::string> roots;  ///< of set
  std::string session;
  pid_t process = 0;  ///< 0: none is named
  bool all = false, json = false;

  [[nodiscard]] bool names_some() const { return all || process != 0 || !session.empty(); }
};

/// Each returns 0; 1 where one refused, or was ended since it did not answer; 3 where there is none.
int run_state_show(const StateOptions& options);
int run_state_set(const StateOptions& options);
/// Prints each change of those that run now as it comes, until the last of them has ended.
int run_state_watch(const StateOptions& options);

}  // namespace shelltool
