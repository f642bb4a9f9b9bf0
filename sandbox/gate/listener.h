#pragma once
/// The supervisor's end of seccomp user notification: seccomp_unotify(2).

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "sandbox/sys/fd.h"

namespace sandbox {

/// A thread that waits inside execve or execveat.
struct Notification {
  std::uint64_t id = 0;
  pid_t tid = 0;  ///< a thread, not a process; 0 when it is invisible from our PID namespace
  int syscall = 0;
  std::array<std::uint64_t, 6> args{};
};

class Listener {
 public:
  explicit Listener(sys::Fd fd);

  /// The next one; nothing when its caller died before it was read.
  std::optional<Notification> receive();
  /// False when the caller is gone, and its thread number may be another's.
  [[nodiscard]] bool alive(std::uint64_t id) const;
  /// The kernel goes on with the call, and reads its arguments again. False when the caller is gone, or has an
  /// answer.
  bool proceed(std::uint64_t id);
  /// The call returns -error to its caller. False when the caller is gone, or has an answer.
  bool refuse(std::uint64_t id, int error);
  /// The call returns a copy of this descriptor, close-on-exec. False when the caller is gone, or has no room
  /// for it.
  bool hand(std::uint64_t id, int fd);

  /// The caller has a copy of this descriptor, close-on-exec, and still waits: its number. Throws SysError
  /// when it is gone, or has no room for it.
  [[nodiscard]] int lend(std::uint64_t id, int fd) const;

  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  [[nodiscard]] int add(std::uint64_t id, int fd, std::uint32_t flags) const;
  bool respond(std::uint64_t id, int error, std::uint32_t flags);

  sys::Fd fd_;
  // The kernel's structures may be larger than the headers': SECCOMP_GET_NOTIF_SIZES.
  std::vector<char> request_, response_;
};

}  // namespace sandbox
