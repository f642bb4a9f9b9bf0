#include "shelltool/files/written.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "sandbox/sys/text.h"
#include "shelltool/files/file_error.h"

namespace shelltool::files {

Written written_at(const sys::Fd& directory, const std::string& name) {
  struct stat status {};
  if (::fstatat(directory.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return {};
  return {status.st_ino, status.st_mtim.tv_sec * std::int64_t{1'000'000'000} + status.st_mtim.tv_nsec};
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
