#pragma once
/// A name in a directory that is held: where a file is, or where one shall be.

#include <optional>
#include <string>
#include <vector>

#include "shelltool/files/pinned.h"

namespace shelltool::files {

struct Spot {
  std::string named;                 ///< absolute and normal, as it was asked for
  std::string real;                  ///< links followed
  sys::Fd directory;                 ///< O_PATH: the nearest that exists
  std::string directory_name;        ///< its true name
  std::vector<std::string> missing;  ///< directories that are to be made below it
  std::string name;                  ///< the last component of `real`
  std::optional<Pinned> file;        ///< what is there

  [[nodiscard]] Touch touch(Access access) const { return {access, named, real}; }
};

/// A link as the last component is followed; one that leads nowhere is an error. Throws FileError.
Spot spot_at(const std::string& path);

}  // namespace shelltool::files
