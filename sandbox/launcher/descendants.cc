#include "sandbox/launcher/descendants.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <string>
#include <string_view>

#include "sandbox/sys/error.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/text.h"

namespace sandbox {
namespace {

constexpr std::size_t children_limit = 16 * 1024 * 1024;
constexpr std::size_t words_limit = 4 * 1024 * 1024;
constexpr std::size_t longest_shown = 100;

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

bool has_open(pid_t process, std::string_view link) {
  const std::string path = fmt::format("/proc/{}/fd", process);
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
  if (!directory) return false;
  while (const dirent* entry = ::readdir(directory.get())) {
    std::array<char, 64> target{};
    const ssize_t size = ::readlinkat(::dirfd(directory.get()), entry->d_name, target.data(), target.size());
    if (size > 0 && std::string_view(target.data(), static_cast<std::size_t>(size)) == link) return true;
  }
  return false;
}

}  // namespace

pid_t holder_of_socket(std::uint64_t inode, const std::vector<pid_t>& processes) {
  const std::string link = fmt::format("socket:[{}]", inode);
  const auto holder = std::find_if(processes.begin(), processes.end(),
                                   [&](pid_t process) { return has_open(process, link); });
  return holder == processes.end() ? 0 : *holder;
}

std::string command_of(pid_t process) {
  std::string words;
  try {
    words = sys::read_file(fmt::format("/proc/{}/cmdline", process), words_limit);
  } catch (const sys::Error&) {
    return {};
  }
  if (words.ends_with('\0')) words.pop_back();
  std::vector<std::string> argv;
  for (const std::string_view word : sys::split(words, '\0')) argv.emplace_back(word);
  return sys::command_line(argv, longest_shown);
}

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
