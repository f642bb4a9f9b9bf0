#include "sandbox/sys/channel.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "sandbox/sys/error.h"

namespace sys {
namespace {

struct Control {
  alignas(cmsghdr) char bytes[CMSG_SPACE(sizeof(int) * Channel::max_fds)];
};

/// Of the next packet. That the peer has gone without reading what it was sent is told first, once; what it
/// had sent itself is still there.
ssize_t next_length(int socket) {
  bool was_reset = false;
  for (;;) {
    const ssize_t length = ::recv(socket, nullptr, 0, MSG_PEEK | MSG_TRUNC);
    if (length >= 0 || (errno != EINTR && (errno != ECONNRESET || was_reset))) return length;
    was_reset = was_reset || errno == ECONNRESET;
  }
}

}  // namespace

void Channel::send(std::string_view bytes, const std::vector<int>& fds) {
  if (bytes.empty() || bytes.size() > max_bytes || fds.size() > max_fds)
    throw Error(Kind::internal, "sending a packet of {} bytes and {} descriptors", bytes.size(), fds.size());
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  Control control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!fds.empty()) {
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * fds.size());
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * fds.size());
    std::memcpy(CMSG_DATA(header), fds.data(), sizeof(int) * fds.size());
  }
  while (::sendmsg(socket_.get(), &message, MSG_NOSIGNAL) < 0)
    if (errno != EINTR) throw SysError(errno, "sending a packet");
}

std::optional<Packet> Channel::receive() {
  Packet packet;
  // The real length first: most packets are small, and a buffer for the largest costs 16 page faults.
  const ssize_t length = next_length(socket_.get());
  if (length < 0 && errno == EAGAIN) return std::nullopt;  // one that comes now has no buffer
  packet.bytes.resize(length > 0 ? std::min(static_cast<std::size_t>(length), max_bytes) : 1);
  iovec part{packet.bytes.data(), packet.bytes.size()};
  Control control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof control.bytes;
  ssize_t count = 0;
  while ((count = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC)) < 0) {
    if (errno == EINTR) continue;
    if (errno == EAGAIN) return std::nullopt;
    if (errno != ECONNRESET) throw SysError(errno, "receiving a packet");
    count = 0;
    break;
  }
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t fds = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < fds; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof fd);
      packet.fds.emplace_back(fd);
    }
  }
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
    throw Error(Kind::invalid, "receiving a packet: larger than {} bytes or {} descriptors", max_bytes,
                max_fds);
  if (count == 0) {
    closed_ = true;
    return std::nullopt;
  }
  packet.bytes.resize(static_cast<std::size_t>(count));
  return packet;
}

}  // namespace sys
