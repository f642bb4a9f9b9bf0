#pragma once
/// What commands have printed and results do not show, in files of the owner's.

#include <string>

namespace shelltool {

/// Those that nobody has written to for a week go, and the directories of sessions that have none left. Looks
/// once a day; what cannot be removed stays.
void remove_old_outputs(const std::string& sessions_directory);

}  // namespace shelltool
