#include "shelltool/files/content.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "sandbox/sys/text.h"
#include "shelltool/files/file_error.h"

namespace shelltool::files {
namespace {

constexpr std::size_t piece_size = 256 * 1024;
constexpr std::size_t held_at_once = 1024 * 1024;
constexpr std::size_t most_without_size = 8 * 1024 * 1024;

std::size_t read_at(int file, std::string& buffer, std::uint64_t offset, const std::string& name) {
  ssize_t count = 0;
  do count = ::pread(file, buffer.data(), buffer.size(), static_cast<off_t>(offset));
  while (count < 0 && errno == EINTR);
  if (count < 0) throw_errno(errno, "reading {}", sys::visible(name));
  return static_cast<std::size_t>(count);
}

/// Some files of /proc can only be read on and on.
std::size_t read_on(int file, std::string& buffer, const std::string& name) {
  ssize_t count = 0;
  do count = ::read(file, buffer.data(), buffer.size());
  while (count < 0 && errno == EINTR);
  if (count < 0 && errno == EAGAIN) return 0;  // it would wait for what may never come
  if (count < 0) throw_errno(errno, "reading {}", sys::visible(name));
  return static_cast<std::size_t>(count);
}

}  // namespace

Content::Content(const Pinned& file)
    : name_(file.named), size_(static_cast<std::uint64_t>(file.status.st_size)) {
  if (!file.is_regular())
    throw FileError("special_file", "{} is {}: reading it could wait for ever, or never end",
                    sys::visible(name_), kind_of(file.status.st_mode));
  file_ = file.open(O_RDONLY);
  if (size_ > held_at_once) return;
  std::string buffer(size_ == 0 ? piece_size : size_ + 1, '\0');
  while (const std::size_t count = read_on(file_.get(), buffer, name_)) {
    held_.append(buffer, 0, count);
    if (held_.size() > most_without_size)
      throw FileError("too_big", "{} says that it has {} bytes and does not end after {}",
                      sys::visible(name_), size_, held_.size());
  }
  size_ = held_.size();
  is_held_ = true;
}

void Content::each(const std::function<bool(std::string_view piece)>& take) const {
  if (is_held_) {
    take(held_);
    return;
  }
  std::string buffer(piece_size, '\0');
  for (std::uint64_t at = 0;;) {
    const std::size_t count = read_at(file_.get(), buffer, at, name_);
    at += count;
    if (count == 0 || !take(std::string_view(buffer).substr(0, count))) return;
  }
}

std::string Content::beginning(std::size_t most) const {
  std::string bytes;
  each([&](std::string_view piece) {
    bytes.append(piece.substr(0, most - bytes.size()));
    return bytes.size() < most;
  });
  return bytes;
}

std::string Content::whole(std::size_t most) const {
  std::string bytes = beginning(most + 1);
  if (bytes.size() > most)
    throw FileError("too_big", "{} has {} bytes, and this takes at most {}", sys::visible(name_), size_,
                    most);
  return bytes;
}

}  // namespace shelltool::files
