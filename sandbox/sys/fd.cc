#include "sandbox/sys/fd.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

#include "sandbox/sys/error.h"

namespace sys {

void Fd::close() noexcept {
  if (number_ >= 0) ::close(std::exchange(number_, -1));
}

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw SysError(errno, "creating a pipe");
  return {Fd(ends[0]), Fd(ends[1])};
}

SocketPair make_socket_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw SysError(errno, "creating a socket pair");
  return {Fd(ends[0]), Fd(ends[1])};
}

Fd open_file(const std::string& path, int flags, unsigned mode) {
  Fd fd(::open(path.c_str(), flags | O_CLOEXEC, mode));
  if (!fd) throw SysError(errno, "opening {}", path);
  return fd;
}

Fd duplicate(int fd) {
  Fd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
  if (!copy) throw SysError(errno, "duplicating descriptor {}", fd);
  return copy;
}

std::string proc_path(int fd) { return fmt::format("/proc/self/fd/{}", fd); }

std::string path_of(int fd) {
  std::string path(PATH_MAX, '\0');
  const ssize_t length = ::readlink(proc_path(fd).c_str(), path.data(), path.size());
  if (length < 0) throw SysError(errno, "asking for the path of descriptor {}", fd);
  path.resize(static_cast<std::size_t>(length));
  return path;
}

std::string read_all(int fd, std::size_t limit, std::string_view what) {
  std::string bytes;
  std::array<char, 16384> chunk{};
  for (;;) {
    const ssize_t count = ::read(fd, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw SysError(errno, "reading {}", what);
    if (count == 0) return bytes;
    bytes.append(chunk.data(), static_cast<std::size_t>(count));
    if (bytes.size() > limit) throw Error(Kind::invalid, "reading {}: larger than {} bytes", what, limit);
  }
}

std::string read_file(const std::string& path, std::size_t limit) {
  return read_all(open_file(path, O_RDONLY).get(), limit, path);
}

void write_all(int fd, std::string_view bytes, std::string_view what) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw SysError(errno, "writing {}", what);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void set_nonblocking(int fd, bool on) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK) != 0)
    throw SysError(errno, "changing the flags of descriptor {}", fd);
}

}  // namespace sys
