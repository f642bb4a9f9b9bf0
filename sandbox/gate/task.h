#pragma once
/// What /proc says of a thread. Its number can become another thread's meanwhile: what was read counts only
/// if the thread is known to have been there all the time (a notification that is still alive, a stop that is
/// ours).

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sandbox/sys/fd.h"

namespace sandbox {

/// Two addresses of the first stack, which the kernel draws at random for each new image, out of the
/// auxiliary vector that it keeps itself (getauxval(3)). A fork has its parent's, an exec makes new ones: so
/// they tell which program a process runs, whoever its parent is by now. Of one that has made itself
/// unreadable (PR_SET_DUMPABLE) two others of that stack are seen: where its words and its variables begin.
/// Zero what cannot be seen.
struct Fingerprint {
  struct Pair {
    std::uint64_t first = 0, second = 0;
    auto operator<=>(const Pair&) const = default;
  };
  Pair vector;   ///< AT_RANDOM and AT_EXECFN
  Pair strings;  ///< arg_start and env_start of proc_pid_stat(5)
};

class Task {
 public:
  /// `tid` as our PID namespace numbers it.
  explicit Task(pid_t tid);

  [[nodiscard]] pid_t tid() const { return tid_; }
  /// Throws SysError when there is no such thread, as the others do that return no descriptor.
  [[nodiscard]] pid_t parent() const;
  [[nodiscard]] Fingerprint fingerprint() const;
  /// "root", "cwd" or "exe", opened with O_PATH. Empty with errno set when it cannot be.
  [[nodiscard]] sys::Fd link(const char* name) const;
  /// The path behind such a link, as the task's mount namespace knows it.
  [[nodiscard]] std::string link_path(const char* name) const;
  /// The task's own descriptor, as a copy. Empty with errno set when there is none.
  [[nodiscard]] sys::Fd descriptor(int number) const;
  /// Its number in its own PID namespace, the innermost: what /proc/self means to it.
  [[nodiscard]] pid_t own_number() const;
  [[nodiscard]] pid_t own_process_number() const;
  [[nodiscard]] mode_t umask() const;
  /// By bits, signal 1 first.
  [[nodiscard]] std::uint64_t ignored_signals() const;

 private:
  /// What begins with that field of /proc/PID/stat, from 3 on.
  static std::string_view stat_field(std::string_view text, std::size_t number);
  [[nodiscard]] std::string status_line(std::string_view key) const;
  [[nodiscard]] std::string path_of(const char* name) const { return directory_ + name; }

  pid_t tid_;
  std::string directory_;  // "/proc/N/"
};

}  // namespace sandbox
