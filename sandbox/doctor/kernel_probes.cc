#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

#include "sandbox/doctor/attempt.h"
#include "sandbox/doctor/probes.h"
#include "sandbox/gate/listener.h"
#include "sandbox/launcher/landlock.h"
#include "sandbox/launcher/layout.h"
#include "sandbox/launcher/machine_files.h"
#include "sandbox/launcher/seccomp.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/process.h"

namespace sandbox {
namespace {

constexpr const char* intercepted = "run gatehouse outside the program that already intercepts system calls";

Finding finding_of(Feature feature, Attempt tried, std::string mend = {}) {
  if (tried.done) return {feature, State::ok, std::move(tried.text), ""};
  return {feature, State::missing, std::move(tried.text), std::move(mend)};
}

/// Never started: the call itself is what counts.
constexpr std::string_view asked_path = "/gatehouse/doctor/asks";
constexpr int answer = EXDEV;  // no exec fails with it by itself

[[noreturn]] void call_exec() {
  std::array<char*, 1> none = {nullptr};
  ::execve(asked_path.data(), none.data(), none.data());
  ::_exit(errno == answer ? 0 : 1);
}

std::string read_path(pid_t pid, std::uint64_t address) {
  std::string path(asked_path.size(), '\0');
  iovec ours{path.data(), path.size()}, theirs{reinterpret_cast<void*>(address), path.size()};
  if (::process_vm_readv(pid, &ours, 1, &theirs, 1, 0) < 0)
    throw sys::SysError(errno, "reading what another process asks (process_vm_readv)");
  return path;
}

/// One exec, asked and answered.
std::string answer_exec(sys::Fd listener_fd) {
  Listener listener(std::move(listener_fd));
  sys::Child caller = sys::fork_with(0);
  if (!caller) call_exec();
  pollfd ready{listener.fd(), POLLIN, 0};
  if (::poll(&ready, 1, 2000) != 1)
    throw sys::Error(sys::Kind::unsupported, "no exec was told to the listener");
  const auto asked = listener.receive();
  if (!asked) throw sys::Error(sys::Kind::unsupported, "an exec was told and is gone");
  if (read_path(asked->tid, asked->args[0]) != asked_path)
    throw sys::Error(sys::Kind::unsupported, "the memory of a process that asks reads as something else");
  listener.refuse(asked->id, answer);
  if (caller.wait().as_shell() != 0)
    throw sys::Error(sys::Kind::unsupported, "the answer did not reach the process that asked");
  return "every exec is asked for";
}

constexpr std::string_view interruptible = "; signals can interrupt an exec that waits (before Linux 5.19)";

std::string try_seccomp() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) throw sys::SysError(errno, "refusing new privileges");
  Filter filter = install_filter(filter_for(Spec{}, Tier::c));
  const bool killable = filter.wait_killable;
  return answer_exec(std::move(filter.listener)) + std::string(killable ? "" : interruptible);
}

bool can_make_file(const std::string& directory) {
  return bool(sys::try_open_at(AT_FDCWD, directory, O_TMPFILE | O_WRONLY, {}, 0600));
}

std::string try_landlock(const std::string& scratch) {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) throw sys::SysError(errno, "refusing new privileges");
  Spec spec;
  spec.mode = Mode::read_only;
  spec.private_tmp = false;
  const std::vector<std::string> open = writable_places_of(spec);
  const bool is_open = std::any_of(open.begin(), open.end(),
                                   [&](const std::string& place) { return sys::is_within(scratch, place); });
  const bool could = can_make_file(scratch);
  std::vector<std::string> missing;
  enter_landlock_domain(spec, Tier::b, -1, missing);
  if (could && !is_open && can_make_file(scratch))
    throw sys::Error(sys::Kind::unsupported, "a file could be made in {} in spite of the Landlock domain",
                     scratch);
  const bool has_scope = ::kill(::getppid(), 0) != 0 && errno == EPERM;
  return fmt::format("ABI {}, {} signal scope", landlock_abi(), has_scope ? "with" : "without");
}

std::string try_ptrace() {
  const Bystander traced(0);
  if (::ptrace(PTRACE_SEIZE, traced.pid(), nullptr, PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL) != 0)
    throw sys::SysError(errno, "tracing a child of our own");
  int status = 0;
  if (::ptrace(PTRACE_INTERRUPT, traced.pid(), nullptr, nullptr) != 0 ||
      ::waitpid(traced.pid(), &status, __WALL) != traced.pid() || !WIFSTOPPED(status))
    throw sys::SysError(errno, "stopping a child of our own");
  return "children can be traced";
}

std::string mend_for_landlock(int error_number) {
  if (error_number != EOPNOTSUPP) return {};
  return "sudo sh -c 'echo GRUB_CMDLINE_LINUX=\\\"\\$GRUB_CMDLINE_LINUX lsm=landlock,$(cat "
         "/sys/kernel/security/lsm)\\\" > /etc/default/grub.d/landlock.cfg && update-grub && reboot'";
}

}  // namespace

Finding probe_openat2() {
  return finding_of(Feature::openat2, attempt([] {
                      const sys::Lookup beneath{.reach = sys::Reach::beneath, .follow_links = false};
                      const sys::Fd etc = sys::open_file("/etc", O_PATH | O_DIRECTORY);
                      if (sys::try_open_at(etc.get(), "../proc", O_PATH, beneath))
                        throw sys::Error(sys::Kind::unsupported,
                                         "a look-up left the directory that holds it");
                      if (errno != EXDEV) throw sys::SysError(errno, "looking up a path with openat2");
                      return std::string("look-ups stay below their directory");
                    }));
}

Finding probe_proc() {
  return finding_of(Feature::proc, attempt([] {
                      const Bystander child(0);
                      for (const char* file : {"status", "cmdline", "stat"})
                        (void)sys::read_file(fmt::format("/proc/{}/{}", child.pid(), file), 1 << 20);
                      for (const char* link : {"root", "cwd", "exe"})
                        (void)sys::open_file(fmt::format("/proc/{}/{}", child.pid(), link), O_PATH);
                      return std::string("processes of ours are readable");
                    }),
                    "mount -t proc proc /proc");
}

Finding probe_landlock(const Site& site) {
  const int version = landlock_abi();
  const int error_number = errno;
  if (version == 0)
    return {Feature::landlock, State::missing,
            error_number == EOPNOTSUPP ? "in this kernel, but not switched on at boot"
                                       : fmt::format("refused: {}", sys::error_text(error_number)),
            mend_for_landlock(error_number)};
  Finding finding = finding_of(Feature::landlock, attempt([&] { return try_landlock(site.scratch); }));
  if (finding.found.find("without") != std::string::npos) finding.state = State::degraded;
  return finding;
}

Finding probe_seccomp() {
  Attempt tried = attempt(try_seccomp);
  const std::string mend = tried.error_number == EBUSY ? intercepted : "";
  Finding finding = finding_of(Feature::seccomp, std::move(tried), mend);
  if (finding.found.ends_with(interruptible)) finding.state = State::degraded;
  return finding;
}

Finding probe_ptrace() {
  Attempt tried = attempt(try_ptrace);
  const std::string scope = tried.done ? "" : read_if_there(setting_path("kernel.yama.ptrace_scope"));
  const bool is_yama = scope.starts_with('2') || scope.starts_with('3');
  if (is_yama) tried.text += fmt::format(" (kernel.yama.ptrace_scope is {})", scope[0]);
  // Level 3 holds until the next boot.
  const char* mend = !is_yama                 ? ""
                     : scope.starts_with('3') ? "sudo sh -c 'echo kernel.yama.ptrace_scope=1 > "
                                                "/etc/sysctl.d/99-ptrace.conf && reboot'"
                                              : "sudo sysctl -w kernel.yama.ptrace_scope=1";
  return finding_of(Feature::ptrace, std::move(tried), mend);
}

}  // namespace sandbox
