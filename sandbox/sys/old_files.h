#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace sys {

/// True where the file `mark` has not been written to for a day, or is not there; it is written to then.
bool is_due(const std::string& mark);

/// Removes the regular files with `part` in their names that nobody has written to for so long. What cannot
/// be removed stays.
void remove_old_files(const std::string& directory, std::string_view part, std::chrono::milliseconds age);

}  // namespace sys
