#pragma once

namespace sandbox {

/// For a subreaper: kills and reaps everything that descends from this process. `scoped`: this process is in
/// a Landlock domain with signal scope, where one kill(-1) reaches all of them at once and nobody else;
/// otherwise /proc is walked until nothing is left.
void end_descendants(bool scoped) noexcept;

}  // namespace sandbox
