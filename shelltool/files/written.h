#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "sandbox/sys/fd.h"

namespace shelltool::files {

/// What stands under a name, and since when; nothing but zeros when there is nothing. The birth tells it from
/// what got a freed inode, and is 0 where the file system does not know it.
struct Written {
  std::uint64_t inode = 0;
  std::int64_t ns = 0, changed_ns = 0, born_ns = 0;  ///< mtime, ctime, btime
};
std::int64_t nanoseconds(const statx_timestamp& time);
std::int64_t nanoseconds(const timespec& time);
/// `name`: or a path below the directory.
Written written_at(const sys::Fd& directory, const std::string& name);
/// 0 when there is none.
std::uint64_t inode_of(const sys::Fd& directory, const std::string& name);

/// Throws FileError.
void write_over(int file, std::string_view content, const std::string& name);
/// The kernel takes set-id bits from a file that is written to, and its owner gives them back.
void restore_mode(int file, unsigned mode);

/// Errno, or 0.
int exchange(const sys::Fd& directory, const std::string& one, const std::string& other);

}  // namespace shelltool::files
