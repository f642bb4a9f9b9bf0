#include "sandbox/launcher/command.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string_view>
#include <vector>

#include "sandbox/launcher/capabilities.h"
#include "sandbox/launcher/landlock.h"
#include "sandbox/launcher/launch.h"
#include "sandbox/launcher/limits.h"
#include "sandbox/launcher/seccomp.h"
#include "sandbox/launcher/wire.h"
#include "sandbox/sys/error.h"

namespace sandbox {
namespace {

std::string_view search_path(const std::vector<std::string>& env) {
  constexpr std::string_view name = "PATH=";
  for (const std::string& variable : env)
    if (std::string_view(variable).starts_with(name)) return std::string_view(variable).substr(name.size());
  return "/bin:/usr/bin";  // confstr(_CS_PATH)
}

std::vector<std::string> candidates(const Spec& spec) {
  const std::string& program = spec.argv.front();
  if (program.find('/') != std::string::npos) return {program};
  std::vector<std::string> found;
  const std::string_view path = search_path(spec.env);
  for (std::size_t begin = 0; begin <= path.size() && !program.empty();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    const std::string directory(path.substr(begin, end - begin));
    found.push_back(directory.empty() ? program : fmt::format("{}/{}", directory, program));
    begin = end + 1;
  }
  return found;
}

// A file without "#!" that the kernel cannot start is a shell script: execvp(3).
int exec_as_script(const std::string& path, const std::vector<char*>& argv, const std::vector<char*>& env) {
  std::string shell = "/bin/sh", script = path;
  std::vector<char*> shell_argv = {shell.data(), script.data()};
  shell_argv.insert(shell_argv.end(), argv.begin() + 1, argv.end());
  ::execve(shell.c_str(), shell_argv.data(), env.data());
  return errno;
}

// Looks before it execs, as every exec is judged: what is not there needs no judge, and what was refused is
// not tried again under another name. Returns the errno.
int exec_first(const Spec& spec) {
  const std::vector<char*> argv = sys::pointers(spec.argv);
  const std::vector<char*> env = sys::pointers(spec.env);
  int error = ENOENT;
  for (const std::string& path : candidates(spec)) {
    if (::access(path.c_str(), X_OK) != 0) {
      if (errno == EACCES) error = EACCES;
      continue;
    }
    ::execve(path.c_str(), argv.data(), env.data());
    return errno == ENOEXEC ? exec_as_script(path, argv, env) : errno;
  }
  return error;
}

void hand_up_listener(const std::string& filter, sys::Channel& channel) {
  const sys::Fd self(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0)));
  if (!self) throw sys::SysError(errno, "opening the command's process");
  const Filter installed = install_filter(filter);
  if (!installed.wait_killable)
    tell(channel, Tag::note, "a signal can interrupt an exec while it is judged: needs Linux 5.19");
  // The supervisor reads this process' memory at its exec.
  if (::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) throw sys::SysError(errno, "becoming readable");
  tell(channel, Tag::ready, {}, {installed.listener.get(), self.get()});
}

}  // namespace

void prepare_command(const Spec& spec) {
  if (::setpgid(0, 0) != 0) throw sys::SysError(errno, "making a process group for the command");
  set_limits(spec.limits);
  drop_all_privileges();
}

void start_command(const Spec& spec, Tier tier, const std::string& filter, sys::Channel& channel) {
  if (::chdir(spec.cwd.c_str()) != 0) throw sys::SysError(errno, "entering {}", spec.cwd);
  std::vector<std::string> missing;
  enter_landlock_domain(spec, tier, missing);
  for (const std::string& sentence : missing) tell(channel, Tag::note, sentence);
  hand_up_listener(filter, channel);

  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int error = exec_first(spec);
  const Report report{Report::Kind::exec_failed, error};
  channel.send({reinterpret_cast<const char*>(&report), sizeof report});
  ::_exit(error == ENOENT ? 127 : 126);
}

}  // namespace sandbox
