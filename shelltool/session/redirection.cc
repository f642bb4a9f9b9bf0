#include "shelltool/session/redirection.h"

#include <unistd.h>

#include <cerrno>

#include "sandbox/sys/error.h"

namespace shelltool {

Redirection::Redirection(int input, int output, int error)
    : before_{sys::duplicate(0), sys::duplicate(1), sys::duplicate(2)} {
  const std::array<int, 3> wanted = {input, output, error};
  for (int fd = 0; fd < 3; ++fd)
    if (::dup2(wanted[static_cast<std::size_t>(fd)], fd) < 0)
      throw sys::SysError(errno, "redirecting descriptor {}", fd);
}

Redirection::~Redirection() {
  for (int fd = 0; fd < 3; ++fd) ::dup2(before_[static_cast<std::size_t>(fd)].get(), fd);
}

}  // namespace shelltool
