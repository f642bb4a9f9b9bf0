#include "shelltool/files/written.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "sandbox/sys/text.h"
#include "shelltool/files/file_error.h"

namespace shelltool::files {

std::int64_t nanoseconds(const statx_timestamp& time) {
  return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec;
}

std::int64_t nanoseconds(const timespec& time) {
  return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec;
}

Written written_at(const sys::Fd& directory, const std::string& name) {
  struct statx status {};
  constexpr unsigned wanted = STATX_INO | STATX_MTIME | STATX_CTIME | STATX_BTIME;
  if (::statx(directory.get(), name.c_str(), AT_SYMLINK_NOFOLLOW, wanted, &status) != 0) return {};
  return {status.stx_ino, nanoseconds(status.stx_mtime), nanoseconds(status.stx_ctime),
          (status.stx_mask & STATX_BTIME) != 0 ? nanoseconds(status.stx_btime) : 0};
}

std::uint64_t inode_of(const sys::Fd& directory, const std::string& name) {
  return written_at(directory, name).inode;
}

void write_over(int file, std::string_view content, const std::string& name) {
  for (std::size_t at = 0; at < content.size();) {
    const ssize_t count = ::pwrite(file, content.data() + at, content.size() - at, static_cast<off_t>(at));
    if (count < 0 && errno != EINTR) throw_errno(errno, "writing {}", sys::visible(name));
    if (count > 0) at += static_cast<std::size_t>(count);
  }
  if (::ftruncate(file, static_cast<off_t>(content.size())) != 0)
    throw_errno(errno, "writing {}", sys::visible(name));
}

void restore_mode(int file, unsigned mode) {
  struct stat status {};
  if (::fstat(file, &status) == 0 && status.st_mode != mode) (void)::fchmod(file, mode & 07777U);
}

int exchange(const sys::Fd& directory, const std::string& one, const std::string& other) {
  return ::renameat2(directory.get(), one.c_str(), directory.get(), other.c_str(), RENAME_EXCHANGE) == 0
             ? 0
             : errno;
}

}  // namespace shelltool::files
