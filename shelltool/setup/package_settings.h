#pragma once
/// Package managers' settings, which say where packages come from and, often, who the user is there.
///
/// Whoever cannot read them asks the public registry for what the private one has: dependency confusion. So
/// they are not hidden but shown without their secrets, and a private registry that needs these is out of
/// reach.

#include <string>
#include <vector>

#include "config/config.h"
#include "sandbox/spec.h"
#include "shelltool/setup/account.h"

namespace shelltool {

/// Those that are there, links followed, each as a command sees it: of what `hidden` names all, of others
/// only where they have secrets. None that `unhide` or `hide` of the config names. Hidden altogether is what
/// is larger than 1 MB.
std::vector<sandbox::Held> package_settings(const config::Config& config, const Identity& identity,
                                            const Variables& variables,
                                            const std::vector<std::string>& hidden);

}  // namespace shelltool
