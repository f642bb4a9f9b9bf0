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

void add_sockets(pid_t process, std::map<std::uint64_t, pid_t>& holders) {
  constexpr std::string_view begins = "socket:[";
  const std::string path = fmt::format("/proc/{}/fd", process);
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
  if (!directory) return;
  while (const dirent* entry = ::readdir(directory.get())) {
    std::array<char, 64> target{};
    const ssize_t size = ::readlinkat(::dirfd(directory.get()), entry->d_name, target.data(), target.size());
    const std::string_view link(target.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    std::uint64_t inode = 0;
    if (!link.starts_with(begins)) continue;
    std::from_chars(link.data() + begins.size(), link.data() + link.size(), inode);
    holders.emplace(inode, process);
  }
}

}  // namespace

std::map<std::uint64_t, pid_t> holders_of_sockets(const std::vector<pid_t>& processes) {
  std::map<std::uint64_t, pid_t> holders;
  for (const pid_t process : processes) add_sockets(process, holders);
  return holders;
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
