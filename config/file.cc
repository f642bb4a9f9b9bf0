#include "config/file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "sandbox/sys/fd.h"

namespace config {
namespace {

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

void check_author(const struct stat& status, const Place& place) {
  if (status.st_uid != 0)
    throw BadInput(place, fmt::format("this file must be root's, but user {} owns it", status.st_uid));
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    throw BadInput(place, fmt::format("only root may be able to write this file, but its mode is {:04o}",
                                      status.st_mode & 07777));
}

bool is_missing(const std::string& path, int error_number) {
  struct stat status;
  return (error_number == ENOENT || error_number == ENOTDIR) && ::lstat(path.c_str(), &status) != 0;
}

}  // namespace

std::optional<std::string> find_text_file(const std::string& path, Author author) {
  const Place place{path};
  // O_NONBLOCK: a FIFO that nobody writes must not hold us.
  const sys::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) {
    const int error_number = errno;
    if (is_missing(path, error_number)) return std::nullopt;
    throw BadInput(place, error_number == ENXIO ? "this is a socket or a device, not a file"
                                                : "cannot be read: " + sys::error_text(error_number));
  }
  struct stat status;
  if (::fstat(fd.get(), &status) != 0) throw sys::SysError(errno, "looking at {}", path);
  if (!S_ISREG(status.st_mode))
    throw BadInput(place, fmt::format("this is {}, not a file", kind_of(status.st_mode)));
  if (author == Author::root) check_author(status, place);
  if (static_cast<std::size_t>(status.st_size) > max_file_bytes)
    throw BadInput(place, fmt::format("larger than {} MiB", max_file_bytes >> 20));
  return sys::read_all(fd.get(), max_file_bytes, path);
}

std::optional<Node> find_yaml_file(const std::string& path, Author author, const KeptTrees& trees) {
  const auto text = find_text_file(path, author);
  return text ? std::make_optional(trees.read(*text, path)) : std::nullopt;
}

Node read_yaml_file(const std::string& path, const KeptTrees& trees) {
  if (auto node = find_yaml_file(path, Author::anyone, trees)) return std::move(*node);
  throw BadInput({path}, "there is no such file");
}

}  // namespace config
