#pragma once
/// What the directories that a client works in stand for here.

#include <string>
#include <vector>

#include "shelltool/setup/account.h"

namespace shelltool {

/// As a start in each of them would choose: the git top around it. One that is not there, or cannot be
/// entered, stands for nothing.
std::vector<std::string> workspaces_around(const std::vector<std::string>& directories, const Caller& caller);

/// The first that `patterns`, the config's `workspaces`, let become the workspace; empty where none may.
/// `home`: what `~` stands for.
std::string first_workspace(const std::vector<std::string>& directories,
                            const std::vector<std::string>& patterns, const std::string& home);

/// Throws sys::Error(invalid) that names the first which is no pattern.
void check_workspace_patterns(const std::vector<std::string>& patterns, const std::string& home);

}  // namespace shelltool
