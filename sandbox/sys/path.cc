#include "sandbox/sys/path.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "sandbox/sys/error.h"

namespace sys {

Fd try_open_at(int dir, const std::string& path, int flags, Lookup lookup, std::uint64_t mode) noexcept {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.mode = (flags & (O_CREAT | __O_TMPFILE)) != 0 ? mode : 0;
  switch (lookup.reach) {
    case Reach::anywhere:
      break;
    case Reach::beneath:
      how.resolve |= RESOLVE_BENEATH;
      break;
    case Reach::in_root:
      how.resolve |= RESOLVE_IN_ROOT;
      break;
  }
  if (!lookup.follow_links) how.resolve |= RESOLVE_NO_SYMLINKS;
  if (!lookup.follow_magic_links) how.resolve |= RESOLVE_NO_MAGICLINKS;
  long fd = -1;
  do {
    fd = ::syscall(SYS_openat2, dir, path.c_str(), &how, sizeof how);
  } while (fd < 0 && (errno == EINTR || errno == EAGAIN));  // EAGAIN: a rename crossed a ".." (openat2(2))
  return Fd(static_cast<int>(fd));
}

Fd open_at(int dir, const std::string& path, int flags, Lookup lookup, std::uint64_t mode) {
  Fd fd = try_open_at(dir, path, flags, lookup, mode);
  if (!fd) throw SysError(errno, "opening {}", path);
  return fd;
}

std::string normal_path(std::string_view path, std::string_view base) {
  std::string joined =
      path.starts_with('/') ? std::string(path) : std::string(base) + "/" + std::string(path);
  std::string normal;
  for (std::size_t begin = 0; begin < joined.size();) {
    const std::size_t end = std::min(joined.find('/', begin), joined.size());
    const std::string_view part = std::string_view(joined).substr(begin, end - begin);
    if (part == "..") {
      normal.erase(std::min(normal.rfind('/'), normal.size()));
    } else if (!part.empty() && part != ".") {
      normal.append("/").append(part);
    }
    begin = end + 1;
  }
  return normal.empty() ? "/" : normal;
}

bool is_within(std::string_view path, std::string_view directory) {
  if (directory == "/") return path.starts_with('/');
  return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

bool is_within_any(std::string_view path, const std::vector<std::string>& directories) {
  return std::any_of(directories.begin(), directories.end(),
                     [&](const std::string& directory) { return is_within(path, directory); });
}

std::string base_name(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

std::string parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

namespace {

/// 0 where the path is written as it really is, and exists; else why not. Most have no link on their way,
/// which one call tells, whether they exist or not.
int error_of_straight(const std::string& path) {
  if (!path.starts_with('/') || path != normal_path(path)) return EINVAL;
  const Fd fd = try_open_at(AT_FDCWD, path, O_PATH, {Reach::anywhere, false});
  return fd ? 0 : errno;
}

}  // namespace

std::optional<std::string> real_path(const std::string& path) {
  const int error = error_of_straight(path);
  if (error == 0) return path;
  if (error == ENOENT) return std::nullopt;
  // The kernel knows where a descriptor is: two calls, where realpath(3) asks after every component.
  const Fd fd(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!fd) return std::nullopt;
  return path_of(fd.get());
}

std::string real_path_of_missing(const std::string& path) {
  const int error = error_of_straight(path);
  if (error == 0 || error == ENOENT) return path;
  if (const auto real = real_path(path)) return *real;
  std::string existing = normal_path(path);
  std::string rest;
  for (;;) {
    if (const auto real = real_path(existing)) return normal_path(*real + rest);
    if (existing == "/") return normal_path(path);
    rest = "/" + base_name(existing) + rest;
    existing = parent_of(existing);
  }
}

void make_directories(const std::string& path, unsigned mode) {
  if (::mkdir(path.c_str(), mode) == 0 || errno == EEXIST) return;
  if (errno != ENOENT || path == "/") throw SysError(errno, "creating directory {}", path);
  make_directories(parent_of(path), mode);
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST)
    throw SysError(errno, "creating directory {}", path);
}

}  // namespace sys
