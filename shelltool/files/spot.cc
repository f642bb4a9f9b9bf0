#include "shelltool/files/spot.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/files/file_error.h"

namespace shelltool::files {
namespace {

constexpr sys::Lookup no_magic = {.follow_magic_links = false};

void hold_directory(Spot& spot, const std::string& path) {
  spot.directory = sys::try_open_at(AT_FDCWD, path, O_PATH | O_DIRECTORY, no_magic);
  if (!spot.directory) throw_errno(errno, "{}", sys::visible(path));
  spot.directory_name = sys::path_of(spot.directory.get());
}

std::string joined(const std::string& directory, const std::string& name) {
  return directory == "/" ? "/" + name : directory + "/" + name;
}

/// Up from what is missing to what is there.
void hold_ancestor(Spot& spot, const std::string& path) {
  std::string parent = sys::parent_of(path);
  for (;;) {
    spot.directory = sys::try_open_at(AT_FDCWD, parent, O_PATH | O_DIRECTORY, no_magic);
    if (spot.directory) break;
    if (errno != ENOENT || parent == "/") throw_errno(errno, "{}", sys::visible(parent));
    spot.missing.insert(spot.missing.begin(), sys::base_name(parent));
    parent = sys::parent_of(parent);
  }
  spot.directory_name = sys::path_of(spot.directory.get());
  spot.real = spot.directory_name;
  for (const std::string& directory : spot.missing) spot.real = joined(spot.real, directory);
  spot.real = joined(spot.real, spot.name);
}

}  // namespace

Spot spot_at(const std::string& path) {
  Spot spot;
  spot.named = sys::normal_path(path);
  spot.name = sys::base_name(spot.named);
  if (spot.named == "/" || path.ends_with('/'))
    throw FileError("is_a_directory", "{}: a file is meant, and this names a directory", sys::visible(path));
  struct stat status {};
  spot.file = pin_if_there(path);
  if (!spot.file) {
    hold_ancestor(spot, spot.named);
    return spot;
  }
  spot.real = spot.file->real;
  spot.name = sys::base_name(spot.real);
  hold_directory(spot, sys::parent_of(spot.real));
  if (::fstatat(spot.directory.get(), spot.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
      status.st_ino != spot.file->status.st_ino)
    throw FileError("stale", "{}: somebody moved it at this moment; look again", sys::visible(path));
  return spot;
}

}  // namespace shelltool::files
