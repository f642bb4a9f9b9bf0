#include "shelltool/files/pinned.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

#include "sandbox/sys/nearest.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/files/file_error.h"

namespace shelltool::files {
namespace {

std::vector<std::string> names_in(const std::string& directory) {
  constexpr std::size_t most = 10'000;
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), ::closedir);
  std::vector<std::string> names;
  while (stream && names.size() < most) {
    const dirent* entry = ::readdir(stream.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  return names;
}

/// Of the path or of a directory on the way; nothing where it is not because of a link.
void throw_if_dangling(const std::string& path) {
  std::array<char, 4097> text{};
  for (std::string link = path; link != "/"; link = sys::parent_of(link)) {
    if (::readlink(link.c_str(), text.data(), text.size() - 1) < 0) continue;
    if (sys::real_path(link)) return;
    throw FileError("dangling_link", "{} is a link that leads nowhere: {} is not there", sys::visible(link),
                    sys::visible(sys::normal_path(text.data(), sys::parent_of(link))));
  }
}

[[noreturn]] void throw_missing(const std::string& path) {
  std::string parent = sys::parent_of(path), name = sys::base_name(path);
  while (parent != "/" && !sys::real_path(parent)) {
    name = sys::base_name(parent);
    parent = sys::parent_of(parent);
  }
  const std::string near = sys::nearest(name, names_in(parent));
  const std::string below = parent == "/" ? parent : parent + "/";
  if (!near.empty())
    throw FileError("not_found", "{}: No such file or directory; there is {}", sys::visible(path),
                    sys::visible(below + near));
  throw FileError("not_found", "{}: No such file or directory; {} exists and has no {}", sys::visible(path),
                  sys::visible(parent), sys::shown(name));
}

}  // namespace

sys::Fd Pinned::open(int flags) const {
  sys::Fd file(::open(sys::proc_path(place.get()).c_str(), flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) throw_errno(errno, "{}", sys::visible(named));
  return file;
}

Pinned pin(const std::string& path) {
  std::optional<Pinned> pinned = pin_if_there(path);
  if (!pinned) throw_missing(sys::normal_path(path));
  return std::move(*pinned);
}

std::optional<Pinned> pin_if_there(const std::string& path) {
  Pinned pinned;
  pinned.named = sys::normal_path(path);
  // As written: ".." behind a link leads elsewhere than by name.
  pinned.place = sys::try_open_at(AT_FDCWD, path, O_PATH, {.follow_magic_links = false});
  const int error = errno;
  if (!pinned.place && error == ENOENT) {
    throw_if_dangling(pinned.named);
    return std::nullopt;
  }
  if (!pinned.place && error == ELOOP)
    throw FileError("link_loop", "{}: links lead in a circle, or through /proc into a process",
                    sys::visible(path));
  if (!pinned.place) throw_errno(error, "{}", sys::visible(path));
  if (::fstat(pinned.place.get(), &pinned.status) != 0) throw_errno(errno, "{}", sys::visible(path));
  pinned.real = sys::path_of(pinned.place.get());
  return pinned;
}

const char* kind_of(mode_t mode) {
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISLNK(mode)) return "a link";
  return S_ISREG(mode) ? "a file" : "something else";
}

}  // namespace shelltool::files
