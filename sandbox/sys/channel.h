#pragma once
/// Packets over a SOCK_SEQPACKET socket, each with the descriptors that belong to it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/sys/fd.h"

namespace sys {

struct Packet {
  std::string bytes;
  std::vector<Fd> fds;
};

class Channel {
 public:
  static constexpr std::size_t max_bytes = 64 * 1024;
  static constexpr std::size_t max_fds = 64;

  explicit Channel(Fd socket) : socket_(std::move(socket)) {}

  /// Throws SysError when the other side is gone.
  void send(std::string_view bytes, const std::vector<int>& fds = {});
  /// The next packet; nothing when the other side has closed, or when the socket is non-blocking and none is
  /// there
  /// (`closed()` tells which). A packet larger than the limits is an error.
  std::optional<Packet> receive();

  [[nodiscard]] bool closed() const { return closed_; }
  [[nodiscard]] int fd() const { return socket_.get(); }

 private:
  Fd socket_;
  bool closed_ = false;
};

}  // namespace sys
