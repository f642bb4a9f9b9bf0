#pragma once
/// Where a path leads, for somebody who looks names up in his own way.

#include <functional>
#include <optional>
#include <string>

#include "sandbox/sys/fd.h"

namespace sys {

/// What stands at an absolute path, open with O_PATH; empty with errno set.
using Opener = std::function<Fd(const std::string& path, bool follow_last)>;

/// Every symlink followed, also one that leads to nothing, since who writes there makes it; of what does not
/// exist ".." is taken back by name. Nothing when it cannot be told: a loop, no permission, a name that is
/// too long. Of thousands of components few are looked up.
std::optional<std::string> destination_of(std::string path, const Opener& open);

}  // namespace sys
