#include "sandbox/launcher/init.h"

#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>
#include <vector>

#include "sandbox/launcher/assignment.h"
#include "sandbox/launcher/caches.h"
#include "sandbox/launcher/capabilities.h"
#include "sandbox/launcher/command.h"
#include "sandbox/launcher/hold_wire.h"
#include "sandbox/launcher/landlock.h"
#include "sandbox/launcher/launch.h"
#include "sandbox/launcher/mount_api.h"
#include "sandbox/launcher/mounts.h"
#include "sandbox/launcher/namespaces.h"
#include "sandbox/launcher/network.h"
#include "sandbox/launcher/own_root.h"
#include "sandbox/launcher/reaper.h"
#include "sandbox/launcher/roots_wire.h"
#include "sandbox/launcher/turn_end.h"
#include "sandbox/launcher/wire.h"
#include "sandbox/launcher/worker.h"
#include "sandbox/launcher/zygote.h"
#include "sandbox/sys/close_all_but.h"
#include "sandbox/sys/error.h"

namespace sandbox {
namespace {

// What the supervisor's program did with signals is not the command's; none may reach init itself.
void settle_signals() {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int signal = 1; signal <= SIGRTMAX; ++signal) ::sigaction(signal, &action, nullptr);
  sigset_t all;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
}

/// Whom a packet wakes waits for the processor of its sender, which goes on to other work: the kernel takes
/// it to be about to sleep (SOCK_SEQPACKET wakes with WF_SYNC). An eventfd does not.
/// False when nobody will ring it any more.
bool hears(const sys::Fd& bell, const sys::Channel& channel) {
  std::array<pollfd, 2> either = {{{bell.get(), POLLIN, 0}, {channel.fd(), 0, 0}}};
  while (::poll(either.data(), either.size(), -1) < 0 && errno == EINTR) {
  }
  return (either[0].revents & POLLIN) != 0;
}

/// What is held takes two descriptors each. Best effort: without, some may not be held, which is said.
void allow_many_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

class Init {
 public:
  explicit Init(Birth birth) : birth_(std::move(birth)) {}

  /// Returns in the command's process too, which prepares itself while init builds what it will see.
  void build() {
    ::prctl(PR_SET_NAME, init_name, 0, 0, 0);
    settle_signals();
    sys::close_all_but({birth_.channel.fd(), birth_.assignment.get(), birth_.bell.get(),
                        birth_.tree_bell.get(), birth_.lifeline.get(), birth_.turns.fd(), built_.get()});
    if (!joins_group()) leave_group();
    if (namespaced()) {  // there is time now
      if (!birth_.any_user) map_own_ids(birth_.caller);
      founding([this] { own_root_ = lay_own_root(); });
      command_ = sys::fork_with(0);
      if (!is_command() && joins_group()) leave_group();
      if (is_command() && (birth_.namespaces & CLONE_NEWNET) != 0) founding(bring_loopback_up);
    }
    take_assignment();
    if (!namespaced()) {
      become_subreaper();
      command_ = sys::fork_with(0);
    }
    if (is_command()) return;
    birth_.turns = sys::Channel(sys::Fd());
    if (namespaced()) build_namespaces();
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) throw sys::SysError(errno, "closing init to the command");
    if (::eventfd_write(built_.get(), 1) != 0)
      throw sys::SysError(errno, "telling that the sandbox is built");
    built_.close();
    if (!live_) return;
    live_->roots.remember();
    for (const sys::Fd& work : std::exchange(live_->overlays, {})) remove_volatile_mark(work);
  }

  [[nodiscard]] bool is_command() const { return !command_; }

  [[noreturn]] void run_command() {
    sys::close_all_but({birth_.channel.fd(), birth_.turns.fd(), built_.get(), own_root_.get()});
    if (!joins_group()) leave_group();
    Handed handed = prepare_command(spec(), assignment_.tier, birth_.channel);
    if (!hears(built_, birth_.channel)) ::_exit(1);  // init failed, and has said so
    confine_command(spec(), assignment_.tier, own_root_.get(), handed, birth_.channel);
    handed = {};
    own_root_.close();
    const bool is_zygote = spec().argv.empty();
    if (birth_.inherited != nullptr) take_habits(*birth_.inherited);
    if (!is_zygote) start_command(spec(), birth_.channel);
    birth_.channel = sys::Channel(sys::Fd());
    run_zygote(birth_.turns);
  }

  void serve() {
    keep_init_capabilities();
    allow_many_files();
    // Whoever reads the command's output waits until the last writer is gone.
    ::syscall(SYS_close_range, 0U, 2U, 0U);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    const sys::Fd children(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!children) throw sys::SysError(errno, "watching for the end of processes");
    for (;;) {
      std::array<pollfd, 3> ready = {
          {{birth_.lifeline.get(), 0, 0}, {birth_.channel.fd(), POLLIN, 0}, {children.get(), POLLIN, 0}}};
      if (::poll(ready.data(), ready.size(), -1) < 0 && errno != EINTR) return;
      if (ready[0].revents != 0) return;
      if (ready[1].revents != 0 && !obey()) return;
      if (ready[2].revents != 0 && !reap(children.get())) {
        if (namespaced() && end_namespace(children.get())) report(Report::Kind::alone, 0);
        return;
      }
    }
  }

  // An order that nobody reads any more would take the last report back (ECONNRESET).
  void drain() {
    ::shutdown(birth_.channel.fd(), SHUT_RD);
    sys::set_nonblocking(birth_.channel.fd(), true);
    while (birth_.channel.receive()) {
    }
  }

  /// The kernel ends a PID namespace with its first process; without one we do.
  void end_tree() noexcept {
    if (!namespaced()) end_descendants(scoped_);
  }

  void report_failure(const std::exception& error) noexcept {
    tell_failure(birth_.channel, error);
    try {
      // Closing a socket with unread packets would take the report back (ECONNRESET).
      while (hear(birth_.channel)) {
      }
    } catch (const std::exception&) {
    }
  }

 private:
  [[nodiscard]] bool namespaced() const { return birth_.namespaces != 0; }
  [[nodiscard]] const Spec& spec() const { return assignment_.spec; }
  /// The command's, which is somebody's job outside.
  [[nodiscard]] bool joins_group() const {
    return birth_.inherited != nullptr && birth_.inherited->group != 0;
  }
  /// From the terminal's signals; the session stays the caller's.
  static void leave_group() {
    if (::setpgid(0, 0) != 0) throw sys::SysError(errno, "making a process group");
  }

  /// In a group of others outside, all that is here can be reached but by its number.
  void signal_command(int signal) {
    const bool is_for_all = signal == SIGCONT || signal == SIGSTOP || signal == SIGTSTP;
    if (!joins_group())
      ::kill(-command_.pid(), signal);
    else
      ::kill(is_for_all ? -1 : command_.pid(), signal);
  }

  void take_assignment() {
    if (!hears(birth_.bell, birth_.channel))
      throw sys::Error(sys::Kind::io, "waiting for the supervisor: it is gone");
    assignment_ = read_assignment(birth_.assignment.get());
    birth_.bell.close();
    birth_.assignment.close();
    become(spec().user, birth_.any_user, namespaced());
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) throw sys::SysError(errno, "refusing new privileges");
  }

  /// The mounts that only the supervisor can make, or has from another sandbox.
  Trees hear_trees() {
    Trees trees;
    if (!takes_trees(spec())) return trees;
    hears(birth_.tree_bell, birth_.channel);  // else its end is what comes next
    for (;;) {
      std::optional<Letter> letter = hear(birth_.channel);
      if (!letter) throw sys::Error(sys::Kind::io, "waiting for id-mapped mounts: the supervisor is gone");
      if (letter->tag == Tag::go) return trees;
      if (letter->tag != Tag::tree || letter->fds.size() != 1)
        throw sys::Error(sys::Kind::internal, "waiting for id-mapped mounts: got '{}'",
                         static_cast<char>(letter->tag));
      trees[letter->text] = std::move(letter->fds.front());
    }
  }

  void build_namespaces() {
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
      throw sys::SysError(errno, "binding init to its parent");
    std::vector<std::string> missing;
    live_ = build_mounts(
        spec(), own_root_, [this] { return hear_trees(); }, missing);
    birth_.tree_bell.close();
    for (const std::string& sentence : missing) tell(birth_.channel, Tag::note, sentence);
  }

  void become_subreaper() {
    if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
      throw sys::SysError(errno, "becoming the parent of the sandbox's orphans");
    scoped_ = !spec().is_guest && enter_signal_scope();
  }

  void report(Report::Kind kind, int value, const std::vector<int>& fds = {}) {
    const Report packet{kind, value};
    birth_.channel.send({reinterpret_cast<const char*>(&packet), sizeof packet}, fds);
  }

  void hold(const sys::Fd& packed, int number) {
    const HoldOrder order = unpack_hold_order(packed.get());
    std::vector<NotHeld> failures;
    if (live_)
      failures = live_->held.change(order);
    else
      for (const Held& held : order.held) failures.push_back({held.path, "this sandbox has no mounts"});
    report(Report::Kind::held, number, {pack(failures).get()});
  }

  void set_roots(const sys::Fd& packed, int number) {
    const RootsOrder order = unpack_roots_order(packed.get());
    RootsAnswer answer;
    if (live_)
      answer = live_->roots.change(order, live_->held, workers_);
    else
      answer = {false, {}, {}, {"this sandbox has no mounts"}, true};
    report(Report::Kind::roots_set, number, {pack(answer).get()});
  }

  /// Without what covers files in them: elsewhere other files are hidden. No descriptor where they cannot be
  /// had, or are too many for one packet.
  void lend_caches(int number) {
    std::vector<sys::Fd> trees;
    try {
      for (const std::string& path : cache_paths_of(spec()))
        trees.push_back(copy_bare(place_at(path).get(), path));
    } catch (const sys::SysError&) {
      trees.clear();
    }
    if (trees.size() > sys::Channel::max_fds) trees.clear();
    std::vector<int> fds;
    for (const sys::Fd& tree : trees) fds.push_back(tree.get());
    report(Report::Kind::lent, number, fds);
  }

  // False when the supervisor is gone.
  bool obey() {
    std::optional<sys::Packet> packet = birth_.channel.receive();
    if (!packet) return false;
    Order order{};
    if (packet->bytes.size() != sizeof order) throw sys::Error(sys::Kind::internal, "reading an order");
    std::memcpy(&order, packet->bytes.data(), sizeof order);
    switch (order.kind) {
      case Order::Kind::signal_command:
        signal_command(order.value);
        return true;
      case Order::Kind::end:
        return false;
      case Order::Kind::terminate_turn:
        terminate_turn(tree_of(order.value));
        return true;
      case Order::Kind::end_turn:
        end_turn(tree_of(order.value));
        return true;
      case Order::Kind::start_worker:
        if (packet->fds.size() == 1) start_worker(sys::Channel(std::move(packet->fds.front())));
        return true;
      case Order::Kind::hold:
        if (packet->fds.size() != 1) throw sys::Error(sys::Kind::internal, "reading an order to hold files");
        hold(packet->fds.front(), order.value);
        return true;
      case Order::Kind::set_roots:
        if (packet->fds.size() != 1) throw sys::Error(sys::Kind::internal, "reading an order about roots");
        set_roots(packet->fds.front(), order.value);
        return true;
      case Order::Kind::lend_caches:
        lend_caches(order.value);
        return true;
    }
    return false;
  }

  /// Whoever waits at the other end hears of a failure by it.
  void start_worker(sys::Channel owner) {
    try {
      sys::Child worker = sys::fork_with(0);
      if (!worker) run_worker(spec(), assignment_.tier, own_root_.get(), std::move(owner));
      workers_.push_back(worker.pid());
      worker.forget();
    } catch (const sys::SysError& error) {
      tell_failure(owner, error);
    }
  }

  [[nodiscard]] TurnTree tree_of(pid_t keeper) const {
    std::vector<pid_t> spared = workers_;
    spared.push_back(command_.pid());
    return {keeper, std::move(spared), namespaced() || scoped_};
  }

  bool reap(int children) {  // false when the command has ended
    signalfd_siginfo signal{};
    while (::read(children, &signal, sizeof signal) > 0) {
    }
    int status = 0;
    for (pid_t pid; (pid = ::waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED | __WALL)) > 0;) {
      if (!WIFSTOPPED(status) && !WIFCONTINUED(status)) std::erase(workers_, pid);
      if (pid != command_.pid()) continue;
      if (WIFSTOPPED(status) && spec().argv.empty())
        command_.kill(SIGCONT);  // a zygote: some turn stopped what every turn waits for
      else if (WIFSTOPPED(status))
        report(Report::Kind::stopped, WSTOPSIG(status));
      else if (WIFCONTINUED(status))
        report(Report::Kind::continued, 0);
      else
        return report(Report::Kind::ended, status), false;
    }
    return true;
  }

  // The kernel would do it, but only while it takes the mounts down, and the supervisor can use that time.
  // True when no process is left; a tracer that does not come to reap its dead is the supervisor, which is
  // not waited for.
  static bool end_namespace(int children) {
    ::kill(-1, SIGKILL);
    for (int round = 0; round < 20; ++round) {
      signalfd_siginfo signal{};
      while (::read(children, &signal, sizeof signal) > 0) {
      }
      pid_t pid = 0;
      while ((pid = ::waitpid(-1, nullptr, WNOHANG | __WALL)) > 0) {
      }
      if (pid < 0 && errno == ECHILD) return true;
      pollfd next{children, POLLIN, 0};
      ::poll(&next, 1, 10);
    }
    return false;
  }

  Birth birth_;
  Assignment assignment_;
  sys::Fd built_ = sys::Fd(::eventfd(0, EFD_CLOEXEC));  ///< init to command: everything is mounted
  sys::Child command_;
  std::vector<pid_t> workers_;
  std::unique_ptr<LiveMounts> live_;
  sys::Fd own_root_;  ///< empty without namespaces
  bool scoped_ = false;
};

}  // namespace

void run_init(Birth birth) noexcept {
  Init init(std::move(birth));
  try {
    init.build();
    if (init.is_command()) init.run_command();
  } catch (const std::exception& error) {
    init.report_failure(error);
    ::_exit(1);
  }
  try {
    init.serve();
    init.drain();
  } catch (const std::exception&) {
    // The supervisor is gone, or talks nonsense: the sandbox ends all the same.
  }
  init.end_tree();
  ::_exit(0);
}

}  // namespace sandbox
