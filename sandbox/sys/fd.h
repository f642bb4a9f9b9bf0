#pragma once
/// Owners for descriptors. A descriptor becomes an Fd in the statement that creates it, and is close-on-exec.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace sys {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int number) noexcept : number_(number) {}
  Fd(Fd&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { close(); }

  [[nodiscard]] int get() const noexcept { return number_; }
  [[nodiscard]] explicit operator bool() const noexcept { return number_ >= 0; }
  [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }
  void close() noexcept;

 private:
  int number_ = -1;
};

struct Pipe {
  Fd read_end, write_end;
};
Pipe make_pipe();

struct SocketPair {
  Fd ours, theirs;
};
/// Connected SOCK_SEQPACKET sockets: one packet in is one packet out.
SocketPair make_socket_pair();

/// Opens or throws SysError("opening PATH").
Fd open_file(const std::string& path, int flags, unsigned mode = 0);
/// Another descriptor of the same open file.
Fd duplicate(int fd);
/// "/proc/self/fd/N": a path that names what the descriptor is open on.
std::string proc_path(int fd);
/// The path the kernel knows the descriptor by; a deleted file's ends in " (deleted)".
std::string path_of(int fd);

/// Everything up to end of file. Throws when there are more than `limit` bytes.
std::string read_all(int fd, std::size_t limit, std::string_view what);
std::string read_file(const std::string& path, std::size_t limit);
void write_all(int fd, std::string_view bytes, std::string_view what);
void set_nonblocking(int fd, bool on);

}  // namespace sys
