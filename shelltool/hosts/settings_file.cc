#include "shelltool/hosts/settings_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/path.h"

namespace shelltool {
namespace {

constexpr std::size_t max_bytes = 64 << 20;

bool is_link(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
}

/// Where the file really lies; a link that leads nowhere is no file that we would know how to make.
std::string target_of(const std::string& path) {
  if (const auto real = sys::real_path(path)) return *real;
  if (is_link(path)) throw sys::Error(sys::Kind::not_found, "{} is a link to a file that is not there", path);
  return path;
}

/// As the file that it takes the place of.
void take_after(int draft, const std::string& target) {
  struct stat status {};
  if (::stat(target.c_str(), &status) != 0) {
    if (errno != ENOENT) throw sys::SysError(errno, "looking at {}", target);
    return;
  }
  const bool is_ours = status.st_uid == ::geteuid() && status.st_gid == ::getegid();
  if (!is_ours && ::fchown(draft, status.st_uid, status.st_gid) != 0)
    throw sys::SysError(errno, "{} belongs to user {} and group {}; giving the new file to them", target,
                        status.st_uid, status.st_gid);
  if (::fchmod(draft, status.st_mode & 07777) != 0)
    throw sys::SysError(errno, "setting the mode of {}", target);
}

}  // namespace

FileContent read_settings_file(const std::string& path) {
  const std::string target = target_of(path);
  sys::Fd fd = sys::try_open_at(AT_FDCWD, target, O_RDONLY | O_NONBLOCK);
  if (!fd && errno == ENOENT) return {};
  if (!fd) throw sys::SysError(errno, "opening {}", path);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throw sys::SysError(errno, "looking at {}", path);
  if (!S_ISREG(status.st_mode)) throw sys::Error(sys::Kind::invalid, "{} is no regular file", path);
  return {true, sys::read_all(fd.get(), max_bytes, path)};
}

void replace_settings_file(const std::string& path, const std::string& bytes) {
  const std::string target = target_of(path);
  std::string draft = target + ".gatehouse-XXXXXX";
  const sys::Fd fd(::mkostemp(draft.data(), O_CLOEXEC));
  if (!fd) throw sys::SysError(errno, "creating {}", draft);
  try {
    take_after(fd.get(), target);
    sys::write_all(fd.get(), bytes, draft);
    if (::fsync(fd.get()) != 0) throw sys::SysError(errno, "writing {}", draft);
    if (std::rename(draft.c_str(), target.c_str()) != 0) throw sys::SysError(errno, "replacing {}", target);
  } catch (...) {
    ::unlink(draft.c_str());
    throw;
  }
}

std::vector<std::string> make_way_to(const std::string& path) {
  std::vector<std::string> made;
  for (std::string directory = sys::parent_of(path); directory != "/" && !sys::real_path(directory);
       directory = sys::parent_of(directory))
    made.push_back(directory);
  std::reverse(made.begin(), made.end());
  for (const std::string& directory : made) sys::make_directories(directory, 0700);
  return made;
}

}  // namespace shelltool
