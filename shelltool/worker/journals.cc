#include "shelltool/worker/journals.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "shelltool/setup/caches.h"
#include "shelltool/setup/places.h"

namespace shelltool {

Journals::Journals(std::string directory, const std::string& workspace)
    : directory_(std::move(directory)), prefix_(workspace_id(workspace) + ".") {}

bool Journals::File::is_empty() const {
  struct stat status {};
  return ::fstat(fd.get(), &status) != 0 || status.st_size == 0;
}

void Journals::File::remove() { ::unlink(path.c_str()); }

Journals::File Journals::make() const {
  make_private_directory(directory_);
  std::uint64_t random = 0;
  if (::getrandom(&random, sizeof random, 0) != sizeof random) throw sys::SysError(errno, "naming a journal");
  File file{fmt::format("{}/{}{:016x}", directory_, prefix_, random), {}};
  file.fd = sys::open_file(file.path, O_RDWR | O_CREAT | O_EXCL, 0600);
  if (::flock(file.fd.get(), LOCK_EX | LOCK_NB) != 0) throw sys::SysError(errno, "locking {}", file.path);
  return file;
}

std::vector<std::string> Journals::paths() const {
  std::vector<std::string> paths;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, ignored))
    if (entry.path().filename().string().starts_with(prefix_)) paths.push_back(entry.path().string());
  return paths;
}

std::vector<sys::Fd> Journals::all(int but) const {
  struct stat left_out {};
  const bool has_one = but >= 0 && ::fstat(but, &left_out) == 0;
  const auto is_left_out = [&](const std::string& path) {
    struct stat there {};
    return has_one && ::lstat(path.c_str(), &there) == 0 && there.st_ino == left_out.st_ino &&
           there.st_dev == left_out.st_dev;
  };
  std::vector<sys::Fd> journals;
  for (const std::string& path : paths()) {
    if (is_left_out(path)) continue;
    if (sys::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)); fd)
      journals.push_back(std::move(fd));
  }
  return journals;
}

std::vector<Journals::File> Journals::left_behind() const {
  std::vector<File> left;
  for (const std::string& path : paths()) {
    File file{path, sys::Fd(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW))};
    if (!file.fd || ::flock(file.fd.get(), LOCK_EX | LOCK_NB) != 0) continue;
    if (file.is_empty())
      file.remove();
    else
      left.push_back(std::move(file));
  }
  return left;
}

}  // namespace shelltool
