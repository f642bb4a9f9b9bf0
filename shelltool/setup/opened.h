#pragma once

#include "shelltool/setup/make_spec.h"

namespace shelltool {

/// Makes the directories and the copies that a profile opens, 0700 and 0600, for the caller. What stands
/// there and is not older than its original is left as it is. A link in the place of a copy is replaced, not
/// followed: a command may have put it there.
void make_opened(const OpenedPaths& opened);

}  // namespace shelltool
