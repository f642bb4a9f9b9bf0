#pragma once
/// Changes that are made together, or not at all, also when we are killed.

#include <functional>

#include "shelltool/files/journal.h"

namespace shelltool::files {

/// What `work` does under the journal is done when this returns, and taken back when it throws an Error. The
/// journal then has what was done, or is empty.
void all_or_nothing(Journal& journal, const std::function<void()>& work);

/// Takes back what the journal has begun and not done, and removes what it made for the time being. It is
/// empty then, but for what was done.
void settle(Journal& journal);

}  // namespace shelltool::files
