#include "sandbox/sys/close_all_but.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

namespace sys {

void close_all_but(std::vector<int> kept) {
  std::sort(kept.begin(), kept.end());
  int first = STDERR_FILENO + 1;
  for (const int fd : kept) {
    if (first < fd)
      ::syscall(SYS_close_range, static_cast<unsigned>(first), static_cast<unsigned>(fd - 1), 0U);
    first = std::max(first, fd + 1);
  }
  ::syscall(SYS_close_range, static_cast<unsigned>(first), ~0U, 0U);
}

}  // namespace sys
