#pragma once
/// Secrets that a command does not see unless the owner says so.

#include <string>
#include <vector>

#include "config/config.h"
#include "shelltool/setup/account.h"

namespace shelltool {

/// "~" and "~/x" become paths below `home`; a relative path stays relative.
std::string expand_home(const std::string& path, const std::string& home);
/// The other way round, for people and models: "~/x" for what lies below `home`; visible text.
std::string shown_path(const std::string& path, const std::string& home);

/// As `hide` and `unhide` mean what is written there: absolute, links followed; a relative path is below each
/// root.
std::vector<std::string> resolved_paths(const std::vector<std::string>& written, const std::string& home,
                                        const std::vector<std::string>& roots);

/// What is hidden by default for a user with this home: keys, tokens of clouds, registries and agents,
/// browsers' profiles, histories. Variables that move such a file (AWS_CONFIG_FILE, KUBECONFIG) are followed.
std::vector<std::string> default_hidden(const std::string& home, const Variables& variables);

/// What may come to be hidden: as hidden_paths() below, also what is not there, links as written.
std::vector<std::string> hideable_paths(const config::Config& config, const Identity& identity,
                                        const Variables& variables, const std::vector<std::string>& roots);

/// The whole list: defaults without what `unhide` names or contains, then `hide`, which beats every `unhide`.
/// Absolute, links followed, of the defaults only those that are there. A default never hides a root or what
/// contains one.
std::vector<std::string> hidden_paths(const config::Config& config, const Identity& identity,
                                      const Variables& variables, const std::vector<std::string>& roots);

}  // namespace shelltool
