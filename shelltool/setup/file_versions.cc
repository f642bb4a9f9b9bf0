#include "shelltool/setup/file_versions.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <iterator>

#include "sandbox/sys/fd.h"

namespace shelltool {
namespace {

FileVersion version_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {static_cast<std::int64_t>(status.st_dev),
          static_cast<std::int64_t>(status.st_ino),
          status.st_size,
          status.st_mtim.tv_sec,
          status.st_mtim.tv_nsec,
          status.st_ctim.tv_sec,
          status.st_ctim.tv_nsec};
}

bool changed_just_now(int file) {
  constexpr std::int64_t just_now_ns = 100'000'000;
  struct stat status {};
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  if (::fstat(file, &status) != 0) return false;
  const std::int64_t age_ns = (now.tv_sec - status.st_mtim.tv_sec) * std::int64_t{1'000'000'000} +
                              (now.tv_nsec - status.st_mtim.tv_nsec);
  return age_ns >= 0 && age_ns < just_now_ns;
}

}  // namespace

std::vector<FileVersion> versions_of(const std::vector<std::string>& paths) {
  std::vector<FileVersion> versions;
  std::transform(paths.begin(), paths.end(), std::back_inserter(versions), version_of);
  return versions;
}

bool is_being_written(const std::string& path) {
  const sys::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) return false;
  // fcntl(2): a read lease is given only while nobody has the file open for writing. Who opens it meanwhile
  // waits for the few microseconds, and the lease breaks with a signal: SIGURG, as SIGIO would end us.
  ::fcntl(file.get(), F_SETSIG, SIGURG);
  if (::fcntl(file.get(), F_SETLEASE, F_RDLCK) == 0) {
    ::fcntl(file.get(), F_SETLEASE, F_UNLCK);
    return false;
  }
  return errno == EAGAIN || changed_just_now(file.get());
}

}  // namespace shelltool
