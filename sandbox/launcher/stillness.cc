#include "sandbox/launcher/stillness.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <string>

#include "sandbox/launcher/descendants.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"

namespace sandbox {
namespace {

bool is_stopped(pid_t process) {
  try {
    const std::string stat = sys::read_file(fmt::format("/proc/{}/stat", process), 4096);
    const std::size_t name_end = stat.rfind(')');  // the name may have anything in it
    return name_end != std::string::npos && stat.size() > name_end + 2 && stat[name_end + 2] == 'T';
  } catch (const sys::Error&) {
    return false;
  }
}

std::vector<pid_t> stopped_processes() {
  std::vector<pid_t> processes = descendants_of(::getpid());
  std::erase_if(processes, [](pid_t process) { return !is_stopped(process); });
  return processes;
}

}  // namespace

Stillness::Stillness() : is_of_all_(true), stopped_before_(stopped_processes()) { ::kill(-1, SIGSTOP); }

Stillness::Stillness(const std::vector<pid_t>& processes) : stopped_before_(stopped_processes()) {
  for (const pid_t process : processes) ::kill(process, SIGSTOP);
}

/// The kernel's list of a process' children leaves one out now and then where another one ends meanwhile: who
/// was left out would stand still for ever, so it is looked again until nobody does.
Stillness::~Stillness() {
  constexpr int most_looks = 100;
  for (int look = 0; look < most_looks; ++look) {
    std::vector<pid_t> processes;
    try {
      processes = descendants_of(::getpid());
    } catch (const std::exception&) {
      if (is_of_all_) ::kill(-1, SIGCONT);  // out of memory or descriptors: rather too many than nobody
      return;
    }
    std::erase_if(processes, [&](pid_t process) {
      return std::find(stopped_before_.begin(), stopped_before_.end(), process) != stopped_before_.end() ||
             (look > 0 && !is_stopped(process));
    });
    std::reverse(processes.begin(), processes.end());
    for (const pid_t process : processes) ::kill(process, SIGCONT);
    if (look > 1 && processes.empty()) return;
  }
}

}  // namespace sandbox
