#include "sandbox/launcher/reaper.h"

#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <ctime>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"

namespace sandbox {
namespace {

constexpr std::size_t children_limit = 16 * 1024 * 1024;

void append_numbers(std::string_view text, std::vector<pid_t>& numbers) {
  for (const char *at = text.data(), *end = at + text.size(); at < end; ++at) {
    pid_t number = 0;
    at = std::from_chars(at, end, number).ptr;
    if (number > 0) numbers.push_back(number);
  }
}

void append_children(pid_t process, std::vector<pid_t>& found) {
  const std::string tasks = fmt::format("/proc/{}/task", process);
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(tasks.c_str()), ::closedir);
  if (!directory) return;
  while (const dirent* entry = ::readdir(directory.get())) {
    if (entry->d_name[0] == '.') continue;
    try {
      append_numbers(sys::read_file(fmt::format("{}/{}/children", tasks, entry->d_name), children_limit),
                     found);
    } catch (const sys::Error&) {
      continue;  // the thread has ended; its children are listed elsewhere in the next pass
    }
  }
}

void kill_by_walking() {
  std::vector<pid_t> processes;
  append_children(::getpid(), processes);
  for (std::size_t i = 0; i < processes.size(); ++i) append_children(processes[i], processes);
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
