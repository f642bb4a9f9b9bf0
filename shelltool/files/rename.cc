#include "shelltool/files/rename.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace shelltool::files {

int rename_to_new(const sys::Fd& from_directory, const std::string& from, const sys::Fd& to_directory,
                  const std::string& to) {
  if (::renameat2(from_directory.get(), from.c_str(), to_directory.get(), to.c_str(), RENAME_NOREPLACE) == 0)
    return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (::linkat(from_directory.get(), from.c_str(), to_directory.get(), to.c_str(), 0) == 0)
    return ::unlinkat(from_directory.get(), from.c_str(), 0) == 0 ? 0 : errno;
  if (errno == EEXIST) return EEXIST;
  struct stat status {};
  if (::fstatat(to_directory.get(), to.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return EEXIST;
  return ::renameat(from_directory.get(), from.c_str(), to_directory.get(), to.c_str()) == 0 ? 0 : errno;
}

}  // namespace shelltool::files
