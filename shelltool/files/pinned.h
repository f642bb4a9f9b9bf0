#pragma once
/// A file that is held, whatever happens to the names that led to it.

#include <sys/stat.h>

#include <optional>
#include <string>

#include "sandbox/sys/fd.h"
#include "shelltool/files/judge.h"

namespace shelltool::files {

struct Pinned {
  std::string named;  ///< absolute and normal, as it was asked for
  std::string real;   ///< the kernel's name for it
  sys::Fd place;      ///< O_PATH: nothing has been read
  struct stat status {};

  [[nodiscard]] bool is_directory() const { return S_ISDIR(status.st_mode); }
  [[nodiscard]] bool is_regular() const { return S_ISREG(status.st_mode); }
  [[nodiscard]] Touch touch(Access access) const { return {access, named, real}; }
  /// Opens what was pinned, by /proc/self/fd. Never waits: O_NONBLOCK. Throws FileError.
  [[nodiscard]] sys::Fd open(int flags) const;
};

/// Follows links, but for those of /proc that lead to what a process has. Throws FileError: what is not there
/// with the nearest names.
Pinned pin(const std::string& path);
/// Nothing where nothing is there.
std::optional<Pinned> pin_if_there(const std::string& path);

/// For messages: "a FIFO", "a device", "a socket", "a directory", "a link".
const char* kind_of(mode_t mode);

}  // namespace shelltool::files
