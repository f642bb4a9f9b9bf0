#pragma once
/// Where deleted files go: a directory `.gatehouse-trash` on the same file system, so that deleting and
/// restoring are one rename. It stands at the top of the root that the file is in, else beside the file; git
/// passes over it.
///
///     ROOT/.gatehouse-trash/20261126-184500/NAME       what was deleted
///     ROOT/.gatehouse-trash/20261126-184500/.origin    where it was

#include <functional>
#include <string>
#include <vector>

namespace shelltool::files {

inline constexpr const char* trash_name = ".gatehouse-trash";

/// Whether a true name is in a trash.
bool is_in_trash(const std::string& path);

/// Moves what stands at the true name to the trash, and returns its true name there, which is told `before`
/// it is moved. What has been in that trash for 30 days is removed. Throws FileError when it is still where
/// it was.
std::string move_to_trash(const std::string& path, const std::vector<std::string>& roots,
                          const std::function<void(const std::string& place)>& before);

/// The other way, with what was made for it; false when something else stands there now. Where nothing is in
/// the trash, what was made for it goes.
bool move_from_trash(const std::string& place, const std::string& path);

}  // namespace shelltool::files
