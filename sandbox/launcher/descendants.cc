#include "sandbox/launcher/descendants.h"

#include <dirent.h>

#include <charconv>
#include <memory>
#include <string>
#include <string_view>

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

}  // namespace

std::vector<pid_t> children_of(pid_t process) {
  std::vector<pid_t> found;
  append_children(process, found);
  return found;
}

std::vector<pid_t> descendants_of(pid_t process) {
  std::vector<pid_t> found = children_of(process);
  for (std::size_t i = 0; i < found.size(); ++i) append_children(found[i], found);
  return found;
}

}  // namespace sandbox
