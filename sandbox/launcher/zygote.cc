#include "sandbox/launcher/zygote.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>

#include "sandbox/launcher/exec_first.h"
#include "sandbox/launcher/turn_wire.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/process.h"

namespace sandbox {
namespace {

using Kind = TurnReport::Kind;

void report(sys::Channel& supervisor, const TurnReport& packet, const std::vector<int>& fds = {}) {
  supervisor.send({reinterpret_cast<const char*>(&packet), sizeof packet}, fds);
}

void set_dumpable(bool on) {
  if (::prctl(PR_SET_DUMPABLE, on ? 1 : 0, 0, 0, 0) != 0)
    throw sys::SysError(errno, "changing who may read the zygote");
}

/// What the command's process says of a start that failed: its only word to the keeper.
struct Failure {
  Kind kind;
  std::int32_t error;
};

[[noreturn]] void start_command(const TurnProgram& program, const std::vector<sys::Fd>& fds, int keeper) {
  const auto fail = [&](Kind kind, int error) {
    const Failure failure{kind, error};
    [[maybe_unused]] const ssize_t written = ::write(keeper, &failure, sizeof failure);
    ::_exit(error == ENOENT ? 127 : 126);
  };
  ::setsid();
  const int count = static_cast<int>(fds.size()) - 1;
  const auto above = [&](int fd) {  // out of the way of what comes to stand there
    const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, count + 1);
    if (copy < 0) fail(Kind::exec_failed, errno);
    return copy;
  };
  keeper = above(keeper);
  std::vector<int> sources;
  for (int fd = 0; fd < count; ++fd) sources.push_back(above(fds[static_cast<std::size_t>(fd) + 1].get()));
  for (int fd = 0; fd < count; ++fd)
    if (::dup2(sources[static_cast<std::size_t>(fd)], fd) < 0) fail(Kind::exec_failed, errno);
  // From here on its neighbours may read it, and so may the gate: nothing of ours is left in it.
  if (::dup3(keeper, count, O_CLOEXEC) < 0) fail(Kind::exec_failed, errno);
  keeper = count;
  ::syscall(SYS_close_range, static_cast<unsigned>(count + 1), ~0U, 0U);
  set_dumpable(true);
  if (::chdir(program.cwd.c_str()) != 0) fail(Kind::cwd_failed, errno);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  fail(Kind::exec_failed, exec_first(program.argv, program.env));
  ::_exit(126);
}

/// Reports the end of the command, and returns with the last of its descendants.
void reap_all(sys::Channel& supervisor, pid_t command, std::uint64_t turn) {
  int command_status = 0;
  bool is_over = false, is_told = false;
  for (;;) {
    const bool waits = !is_over || is_told;
    int status = 0;
    const pid_t pid = ::waitpid(-1, &status, __WALL | (waits ? 0 : WNOHANG));
    if (pid == command) {
      is_over = true;
      command_status = status;
    }
    const bool is_last = pid < 0 && errno != EINTR;
    if (is_over && !is_told && (pid == 0 || is_last)) {
      report(supervisor, {Kind::ended, command_status, turn, is_last ? 0U : 1U});
      is_told = true;
    }
    if (is_last) return;
  }
}

[[noreturn]] void keep(sys::Channel& supervisor, std::uint64_t turn, std::vector<sys::Fd> fds) {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) throw sys::SysError(errno, "becoming a subreaper");
  const sys::Fd self = sys::open_process(::getpid());
  if (!self) throw sys::SysError(errno, "opening a turn's keeper");
  report(supervisor, {Kind::started, ::getpid(), turn}, {self.get()});
  const TurnProgram program = unpack(fds.front().get());
  sys::Pipe word = sys::make_pipe();
  sys::Child command = sys::fork_with(0);
  if (!command) start_command(program, fds, word.write_end.get());
  fds.clear();  // whoever reads the command's output waits until the last writer is gone
  word.write_end.close();
  Failure failure{};
  if (::read(word.read_end.get(), &failure, sizeof failure) == sizeof failure)
    report(supervisor, {failure.kind, failure.error, turn});
  const pid_t pid = command.pid();
  command.forget();
  reap_all(supervisor, pid, turn);
  ::_exit(0);
}

class Zygote {
 public:
  explicit Zygote(sys::Channel& supervisor) : supervisor_(supervisor) {}

  void serve() {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    const sys::Fd children(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!children) throw sys::SysError(errno, "watching for the end of turns");
    for (;;) {
      std::array<pollfd, 2> ready = {{{supervisor_.fd(), POLLIN, 0}, {children.get(), POLLIN, 0}}};
      if (::poll(ready.data(), ready.size(), -1) < 0 && errno != EINTR) return;
      if (ready[0].revents != 0 && !obey()) return;
      if (ready[1].revents != 0) reap(children.get());
    }
  }

 private:
  // False when the supervisor is gone.
  bool obey() {
    std::optional<sys::Packet> packet = supervisor_.receive();
    if (!packet) return false;
    TurnOrder order{};
    if (packet->bytes.size() != sizeof order || packet->fds.size() < 4)
      throw sys::Error(sys::Kind::internal, "reading an order");
    std::memcpy(&order, packet->bytes.data(), sizeof order);
    try {
      sys::Child keeper = sys::fork_with(0);
      if (!keeper) keep(supervisor_, order.turn, std::move(packet->fds));
      turns_[keeper.pid()] = order.turn;
      keeper.forget();
    } catch (const sys::SysError& error) {  // too many processes, in the zygote or in the keeper
      report(supervisor_, {Kind::exec_failed, error.error_number(), order.turn});
      if (::getpid() != self_) ::_exit(1);
      report(supervisor_, {Kind::gone, 0, order.turn});
    }
    return true;
  }

  void reap(int children) {
    signalfd_siginfo signal{};
    while (::read(children, &signal, sizeof signal) > 0) {
    }
    int status = 0;
    for (pid_t pid; (pid = ::waitpid(-1, &status, WNOHANG | WUNTRACED | __WALL)) > 0;) {
      if (WIFSTOPPED(status))
        ::kill(pid, SIGCONT);  // a keeper: some turn stopped what its own or another's end is told by
      else if (const auto turn = turns_.extract(pid))
        report(supervisor_, {Kind::gone, status, turn.mapped()});
    }
  }

  sys::Channel& supervisor_;
  pid_t self_ = ::getpid();
  std::map<pid_t, std::uint64_t> turns_;  // by their keepers
};

}  // namespace

void run_zygote(sys::Channel& supervisor) {
  try {
    set_dumpable(false);
    const sys::Fd nothing = sys::open_file("/dev/null", O_RDWR);
    for (int fd = 0; fd <= STDERR_FILENO; ++fd)  // the server's own, which no turn may see
      if (::dup2(nothing.get(), fd) < 0) throw sys::SysError(errno, "closing the server's descriptors");
    Zygote(supervisor).serve();
  } catch (const std::exception&) {
    // The supervisor is gone, or a fork was refused: it sees a zygote that has ended, or a keeper that has.
    ::_exit(1);
  }
  ::_exit(0);
}

}  // namespace sandbox
