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

/// Where they may be, whether or not they are there.
std::vector<std::string> package_setting_paths(const Identity& identity, const Variables& variables);

/// Those that are there, links followed, each as a command sees it: of what `hidden` names all, of others
/// only where they have secrets. None that `unhide` or `hide` of the config names; none that leads to
/// something else that is hidden, or that lies in a root (unless it is hidden by default), where a command
/// may put what it likes. Hidden altogether is what cannot be read as a text of at most 64 KB.
std::vector<sandbox::Held> package_settings(const config::Config& config, const Identity& identity,
                                            const Variables& variables, const std::vector<std::string>& roots,
                                            const std::vector<std::string>& hidden);

}  // namespace shelltool
