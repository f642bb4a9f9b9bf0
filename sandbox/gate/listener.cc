#include "sandbox/gate/listener.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "sandbox/sys/error.h"
#include "sandbox/sys/kernel.h"

namespace sandbox {

Listener::Listener(sys::Fd fd) : fd_(std::move(fd)) {
  seccomp_notif_sizes sizes{};
  if (::syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0)
    throw sys::SysError(errno, "asking for the size of a seccomp notification");
  request_.resize(std::max<std::size_t>(sizes.seccomp_notif, sizeof(seccomp_notif)));
  response_.resize(std::max<std::size_t>(sizes.seccomp_notif_resp, sizeof(seccomp_notif_resp)));
}

std::optional<Notification> Listener::receive() {
  std::fill(request_.begin(), request_.end(), '\0');  // the kernel refuses a buffer that is not zero
  while (::ioctl(fd_.get(), SECCOMP_IOCTL_NOTIF_RECV, request_.data()) != 0) {
    if (errno == ENOENT) return std::nullopt;
    if (errno != EINTR) throw sys::SysError(errno, "receiving a seccomp notification");
  }
  seccomp_notif raw{};
  std::memcpy(&raw, request_.data(), sizeof raw);
  Notification notification{raw.id, static_cast<pid_t>(raw.pid), raw.data.nr, {}};
  std::copy(std::begin(raw.data.args), std::end(raw.data.args), notification.args.begin());
  return notification;
}

bool Listener::alive(std::uint64_t id) const {
  return ::ioctl(fd_.get(), SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

bool Listener::proceed(std::uint64_t id) { return respond(id, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE); }

bool Listener::refuse(std::uint64_t id, int error) { return respond(id, -error, 0); }

bool Listener::hand(std::uint64_t id, int fd) { return add(id, fd, SECCOMP_ADDFD_FLAG_SEND) >= 0; }

int Listener::lend(std::uint64_t id, int fd) const {
  const int number = add(id, fd, 0);
  if (number < 0) throw sys::SysError(errno, "handing a descriptor to the caller");
  return number;
}

int Listener::add(std::uint64_t id, int fd, std::uint32_t flags) const {
  seccomp_notif_addfd handed{};
  handed.id = id;
  handed.flags = flags;
  handed.srcfd = static_cast<std::uint32_t>(fd);
  handed.newfd_flags = O_CLOEXEC;
  return ::ioctl(fd_.get(), SECCOMP_IOCTL_NOTIF_ADDFD, &handed);
}

bool Listener::respond(std::uint64_t id, int error, std::uint32_t flags) {
  std::fill(response_.begin(), response_.end(), '\0');
  seccomp_notif_resp raw{};
  raw.id = id;
  raw.error = error;
  raw.flags = flags;
  std::memcpy(response_.data(), &raw, sizeof raw);
  while (::ioctl(fd_.get(), SECCOMP_IOCTL_NOTIF_SEND, response_.data()) != 0) {
    if (errno == ENOENT || errno == EINPROGRESS) return false;  // it is gone, or was answered before
    if (errno != EINTR) throw sys::SysError(errno, "answering a seccomp notification");
  }
  return true;
}

}  // namespace sandbox
