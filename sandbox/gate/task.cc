#include "sandbox/gate/task.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <vector>

#include "sandbox/sys/error.h"
#include "sandbox/sys/kernel.h"
#include "sandbox/sys/process.h"

namespace sandbox {
namespace {

std::uint64_t to_number(std::string_view text, int base = 10) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

}  // namespace

Task::Task(pid_t tid) : tid_(tid), directory_(fmt::format("/proc/{}/", tid)) {}

std::string_view Task::stat_field(std::string_view text, std::size_t number) {
  // proc_pid_stat(5): the third stands behind the name, which may hold anything.
  std::string_view rest = text.substr(std::min(text.rfind(')') + 1, text.size()));
  for (std::size_t field = 3; field < number && !rest.empty(); ++field)
    rest.remove_prefix(std::min(rest.find(' ', 1), rest.size()));
  return rest.substr(std::min<std::size_t>(1, rest.size()));
}

pid_t Task::parent() const {
  return static_cast<pid_t>(to_number(stat_field(sys::read_file(path_of("stat"), 4096), 4)));
}

/// Of /proc/PID/auxv, which costs a third of what stat does.
Fingerprint Task::fingerprint() const {
  constexpr std::size_t most_entries = 64;
  std::array<std::uint64_t, 2 * most_entries> words{};
  const sys::Fd file(::open(path_of("auxv").c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && (errno == ENOENT || errno == ESRCH)) throw sys::SysError(ESRCH, "looking at thread {}", tid_);
  Fingerprint fingerprint;
  if (!file || ::read(file.get(), words.data(), sizeof words) <= 0) {
    const std::string text = sys::read_file(path_of("stat"), 4096);
    fingerprint.strings = {to_number(stat_field(text, 48)), to_number(stat_field(text, 50))};
    return fingerprint;
  }
  for (std::size_t at = 0; at < words.size() && words[at] != AT_NULL; at += 2) {
    if (words[at] == AT_RANDOM) fingerprint.vector.first = words[at + 1];
    if (words[at] == AT_EXECFN) fingerprint.vector.second = words[at + 1];
  }
  return fingerprint;
}

sys::Fd Task::link(const char* name) const {
  return sys::Fd(::open(path_of(name).c_str(), O_PATH | O_CLOEXEC));
}

std::string Task::link_path(const char* name) const {
  std::array<char, PATH_MAX> buffer{};
  const ssize_t count = ::readlink(path_of(name).c_str(), buffer.data(), buffer.size());
  if (count < 0) throw sys::SysError(errno, "reading /proc/{}/{}", tid_, name);
  return {buffer.data(), static_cast<std::size_t>(count)};
}

sys::Fd Task::descriptor(int number) const {
  // Not by /proc/PID/fd, which closes for tasks that are not dumpable. Before Linux 6.9 a pidfd is of a
  // process.
  sys::Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, tid_, sys::kernel::pidfd_thread)));
  if (!pidfd && errno == EINVAL) {
    const pid_t process = static_cast<pid_t>(to_number(status_line("Tgid:")));
    pidfd = sys::open_process(process);
  }
  if (!pidfd) return {};
  return sys::Fd(static_cast<int>(::syscall(SYS_pidfd_getfd, pidfd.get(), number, 0)));
}

pid_t Task::own_number() const {
  const std::string numbers = status_line("NSpid:");
  return static_cast<pid_t>(to_number(std::string_view(numbers).substr(numbers.find_last_of(" \t") + 1)));
}

pid_t Task::own_process_number() const {
  const std::string numbers = status_line("NStgid:");
  return static_cast<pid_t>(to_number(std::string_view(numbers).substr(numbers.find_last_of(" \t") + 1)));
}

mode_t Task::umask() const { return static_cast<mode_t>(to_number(status_line("Umask:"), 8)); }

std::uint64_t Task::ignored_signals() const { return to_number(status_line("SigIgn:"), 16); }

std::string Task::status_line(std::string_view key) const {
  const sys::Fd file(::open(path_of("status").c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) throw sys::SysError(errno, "opening /proc/{}/status", tid_);
  const std::string status = sys::read_all(file.get(), 64 * 1024, "a task's status");
  const std::size_t line = status.find(std::string("\n").append(key));
  if (line == std::string::npos) throw sys::Error(sys::Kind::io, "reading /proc/{}/status: no {}", tid_, key);
  const std::size_t begin = status.find_first_not_of(" \t", line + 1 + key.size());
  return status.substr(begin, status.find('\n', begin) - begin);
}

}  // namespace sandbox
