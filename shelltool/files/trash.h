#pragma once
/// Where deleted files go: a directory `.gatehouse-trash` on the same file system, so that deleting and
/// restoring are one rename. It stands at the top of the root that the file is in, else beside the file; git
/// passes over it. Where that name is another user's, or a link, it is `.gatehouse-trash-UID`.
///
///     ROOT/.gatehouse-trash/20261126-184500-0123456789abcdef/NAME       what was deleted
///     ROOT/.gatehouse-trash/20261126-184500-0123456789abcdef/.origin    where it was

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/sys/fd.h"

namespace shelltool::files {

inline constexpr const char* trash_name = ".gatehouse-trash";

/// Whether a trash may be called so, whosever it is.
bool is_trash_name(std::string_view name);
/// Whether a true name is in a trash.
bool is_in_trash(const std::string& path);

/// Moves what stands at the true name to the trash, and returns its true name there, which is told `before`
/// it is moved. Throws FileError when it is still where it was.
std::string move_to_trash(const std::string& path, const std::vector<std::string>& roots,
                          const std::function<void(const std::string& place)>& before);

/// Removes what has been in the trash that this true name is in for 30 days.
void remove_old(const std::string& place);

/// Removes what was made for a deleted file that is in the trash no more, unless somebody else uses it.
void leave_trash(const sys::Fd& trash, const std::string& id);

/// The other way, with what was made for it; false when something else stands there now. Where nothing is in
/// the trash, what was made for it goes.
bool move_from_trash(const std::string& place, const std::string& path);

}  // namespace shelltool::files
