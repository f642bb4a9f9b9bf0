#include "sandbox/launcher/reaper.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>
#include <exception>
#include <vector>

#include "sandbox/launcher/descendants.h"

namespace sandbox {
namespace {

void kill_by_walking() {
  const std::vector<pid_t> processes = descendants_of(::getpid());
  // Stopped first, so that nothing is born while the rest is killed.
  for (const int signal : {SIGSTOP, SIGKILL})
    for (const pid_t process : processes) ::kill(process, signal);
}

// False when there is no child any more.
bool reap() {
  for (;;) {
    const pid_t pid = ::waitpid(-1, nullptr, WNOHANG | __WALL);
    if (pid == 0) return true;
    if (pid < 0 && errno != EINTR) return false;
  }
}

}  // namespace

void end_descendants(bool scoped) noexcept {
  constexpr timespec pause{0, 500'000};
  do {
    try {
      if (scoped)
        ::kill(-1, SIGKILL);
      else
        kill_by_walking();
    } catch (const std::exception&) {
      // Out of memory or descriptors: the next pass has fewer processes to walk.
    }
    ::nanosleep(&pause, nullptr);
  } while (reap());
}

}  // namespace sandbox
