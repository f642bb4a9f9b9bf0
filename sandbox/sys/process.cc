#include "sandbox/sys/process.h"

#include <linux/sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <string_view>

#include "sandbox/sys/error.h"

namespace sys {

ExitStatus exit_status(int wait_status) {
  if (WIFSIGNALED(wait_status)) return {0, WTERMSIG(wait_status)};
  return {WEXITSTATUS(wait_status), 0};
}

Child::~Child() {
  if (pid_ <= 0) return;
  kill(SIGKILL);
  while (::waitpid(pid_, nullptr, __WALL) < 0 && errno == EINTR) {
  }
}

void Child::kill(int signal) const { ::syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0); }

ExitStatus Child::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, __WALL) < 0)
    if (errno != EINTR) throw SysError(errno, "waiting for process {}", pid_);
  pid_ = 0;
  return exit_status(status);
}

std::optional<ExitStatus> Child::try_wait() {
  int status = 0;
  const pid_t ended = ::waitpid(pid_, &status, WNOHANG | __WALL);
  if (ended < 0) throw SysError(errno, "waiting for process {}", pid_);
  if (ended == 0) return std::nullopt;
  pid_ = 0;
  return exit_status(status);
}

Child fork_with(std::uint64_t flags) {
  int pidfd = -1;
  const long pid = ::syscall(SYS_clone, flags | CLONE_PIDFD | SIGCHLD, nullptr, &pidfd, nullptr, nullptr);
  if (pid < 0) throw SysError(errno, "starting a process");
  if (pid == 0) return {};
  return {static_cast<pid_t>(pid), Fd(pidfd)};
}

Fd open_process(pid_t pid) { return Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

pid_t pid_of(int pidfd) {
  constexpr std::string_view key = "Pid:\t";
  const std::string info = read_file(fmt::format("/proc/self/fdinfo/{}", pidfd), 4096);
  pid_t pid = 0;
  if (const std::size_t at = info.find(key); at != std::string::npos)
    std::from_chars(info.data() + at + key.size(), info.data() + info.size(), pid);
  return std::max(pid, 0);
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (const std::string& string : strings) result.push_back(const_cast<char*>(string.c_str()));
  result.push_back(nullptr);
  return result;
}

Child spawn(const Program& program) {
  const std::vector<char*> argv = pointers(program.argv);
  const std::vector<char*> env = pointers(program.env);
  const pid_t ours = ::getpid();
  Child child = fork_with(0);
  if (child) return child;
  if (program.ends_with_us && (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != ours)) ::_exit(127);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (::dup2(program.in, 0) < 0 || ::dup2(program.out, 1) < 0 || ::dup2(program.err, 2) < 0) ::_exit(127);
  if (!program.cwd.empty() && ::chdir(program.cwd.c_str()) != 0) ::_exit(127);
  if (!program.env.empty()) environ = const_cast<char**>(env.data());
  ::execvp(argv[0], argv.data());
  ::_exit(127);
}

}  // namespace sys
