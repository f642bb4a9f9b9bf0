#include "shelltool/setup/opened.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/path.h"

namespace shelltool {
namespace {

constexpr std::size_t max_copy = 64 << 20;

bool is_older(const struct stat& one, const struct stat& other) {
  if (one.st_mtim.tv_sec != other.st_mtim.tv_sec) return one.st_mtim.tv_sec < other.st_mtim.tv_sec;
  return one.st_mtim.tv_nsec < other.st_mtim.tv_nsec;
}

void copy_file(const std::string& from, const std::string& to) {
  struct stat original {
  }, copy{};
  if (::stat(from.c_str(), &original) != 0 || !S_ISREG(original.st_mode)) return;
  const sys::Fd directory = sys::open_file(sys::parent_of(to), O_PATH | O_DIRECTORY);
  const std::string name = sys::base_name(to);
  const bool is_there = ::fstatat(directory.get(), name.c_str(), &copy, AT_SYMLINK_NOFOLLOW) == 0;
  if (is_there && S_ISREG(copy.st_mode) && !is_older(copy, original)) return;
  const std::string fresh = fmt::format("{}.gatehouse.{}", name, ::getpid());
  const sys::Fd file(::openat(directory.get(), fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) throw sys::SysError(errno, "making {}", to);
  sys::write_all(file.get(), sys::read_file(from, max_copy), to);
  if (::renameat(directory.get(), fresh.c_str(), directory.get(), name.c_str()) != 0)
    throw sys::SysError(errno, "making {}", to);
}

}  // namespace

void make_opened(const OpenedPaths& opened) {
  for (const std::string& path : opened.write)
    if (path.ends_with('/')) sys::make_directories(sys::normal_path(path), 0700);
  for (const auto& [to, from] : opened.copy) copy_file(from, to);
}

}  // namespace shelltool
