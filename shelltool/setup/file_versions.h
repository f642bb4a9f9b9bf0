#pragma once
/// Whether files are still what they were when they were read.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace shelltool {

/// Device, inode, size, and times of change of what a path leads to; zeros for a file that is not there.
using FileVersion = std::array<std::int64_t, 7>;

std::vector<FileVersion> versions_of(const std::vector<std::string>& paths);

inline bool is_there(const FileVersion& version) { return version != FileVersion{}; }

/// Some process has the file open for writing, so half of it may be missing. Where the kernel does not tell
/// (a file of another user, some network file systems): it changed less than 100 ms ago.
bool is_being_written(const std::string& path);

}  // namespace shelltool
