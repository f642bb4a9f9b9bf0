#pragma once

#include <string>
#include <vector>

#include "shelltool/files/grep_arguments.h"
#include "shelltool/files/judge.h"

namespace shelltool::files {

/// Why a search found nothing, as far as three seconds tell: nothing was searched, or what else would have
/// matched.
std::vector<std::string> why_nothing_matches(const GrepRequest& request, const GrepScope& scope,
                                             const Judge& judge);

}  // namespace shelltool::files
