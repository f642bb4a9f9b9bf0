#include "tests/sandbox/launcher_harness.h"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <thread>

#include "sandbox/gate/listener.h"
#include "sandbox/launcher/namespaces.h"
#include "sandbox/sys/error.h"

namespace launcher_test {
namespace {

namespace fs = std::filesystem;

constexpr uid_t ordinary_user = 61234;  // nobody's
World the_world;

// Not below /tmp and the like: those are private in a sandbox.
std::string make_base() {
  const char* home = std::getenv("HOME");
  std::string pattern = (::geteuid() == 0 || home == nullptr) ? "/var/lib" : home;
  pattern += "/gatehouse-tests-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw sys::SysError(errno, "creating {}", pattern);
  fs::permissions(pattern, fs::perms(0755));
  return pattern;
}

// Standard output and error go into a pipe as long as this lives.
class Captured {
 public:
  Captured() : pipe_(sys::make_pipe()), out_(sys::duplicate(1)), err_(sys::duplicate(2)) {
    ::dup2(pipe_.write_end.get(), 1);
    ::dup2(pipe_.write_end.get(), 2);
    pipe_.write_end.close();
    sys::set_nonblocking(pipe_.read_end.get(), true);
  }
  ~Captured() { restore(); }
  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;

  void restore() {
    if (!out_) return;
    ::dup2(out_.get(), 1);
    ::dup2(err_.get(), 2);
    out_.close();
    err_.close();
  }
  [[nodiscard]] int fd() const { return pipe_.read_end.get(); }
  void read_into(std::string& text) const {
    std::array<char, 65536> bytes{};
    for (ssize_t count; (count = ::read(fd(), bytes.data(), bytes.size())) > 0;)
      text.append(bytes.data(), static_cast<std::size_t>(count));
  }

 private:
  sys::Pipe pipe_;
  sys::Fd out_, err_;
};

// False when the sandbox has ended.
bool take_report(sandbox::Launched& launched, Run& run, const OnReport& on_report) {
  const std::optional<sys::Packet> packet = launched.channel.receive();
  if (!packet) {
    run.status = {0, SIGKILL};
    return false;
  }
  sandbox::Report report{};
  std::memcpy(&report, packet->bytes.data(), sizeof report);
  if (on_report) on_report(report, launched);
  if (report.kind == sandbox::Report::Kind::exec_failed) run.exec_error = report.value;
  if (report.kind != sandbox::Report::Kind::ended) return true;
  run.status = sys::exit_status(report.value);
  return false;
}

void serve(sandbox::Launched& launched, Run& run, const Captured* captured, const OnReport& on_report) {
  sandbox::Listener listener(std::move(launched.listener));
  for (bool running = true; running;) {
    std::array<pollfd, 3> ready = {{{listener.fd(), POLLIN, 0},
                                    {launched.channel.fd(), POLLIN, 0},
                                    {captured != nullptr ? captured->fd() : -1, POLLIN, 0}}};
    if (::poll(ready.data(), ready.size(), -1) < 0) continue;
    if ((ready[0].revents & POLLIN) != 0)
      if (const auto exec = listener.receive()) listener.proceed(exec->id);
    if (captured != nullptr && ready[2].revents != 0) captured->read_into(run.output);
    if (ready[1].revents != 0) running = take_report(launched, run, on_report);
  }
  launched.init.wait();
  if (captured != nullptr) captured->read_into(run.output);
}

std::string arguments_of(const std::string& process) {
  try {
    return sys::read_file("/proc/" + process + "/cmdline", 1 << 20);
  } catch (const sys::Error&) {
    return {};  // no process, or no process any more
  }
}

bool await(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

// As Docker's default profile does.
void refuse_namespaces() {
  constexpr auto at = [](std::size_t offset) {
    return sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
  };
  std::array program = {
      at(offsetof(seccomp_data, nr)),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 5, 0),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 1, 0),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 0, 4),
      at(offsetof(seccomp_data, args)),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_NEWUSER, 0, 2),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{program.size(), program.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0)
    throw sys::SysError(errno, "refusing namespaces to the test");
}

}  // namespace

const World& world() { return the_world; }

void build_world(const std::string& inmates) {
  the_world.base = make_base();
  fs::create_directory(the_world.base + "/inmates");
  for (const fs::directory_entry& entry : fs::directory_iterator(inmates))
    if (entry.is_regular_file())
      fs::copy_file(entry, fs::path(the_world.base) / "inmates" / entry.path().filename());
}

void become_ordinary() {
  const std::string& base = the_world.base;
  if (::chown(base.c_str(), ordinary_user, ordinary_user) != 0 || ::setgroups(0, nullptr) != 0 ||
      ::setresgid(ordinary_user, ordinary_user, ordinary_user) != 0 ||
      ::setresuid(ordinary_user, ordinary_user, ordinary_user) != 0 ||
      ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0)
    throw sys::SysError(errno, "becoming an ordinary user");
}

bool probe_namespaces() {
  the_world.namespaces = run(spec_for(fresh_directory("probe"), "true")).tier == sandbox::Tier::a;
  return the_world.namespaces;
}

bool can_run() {
  if (!the_world.namespaces) fmt::print("SKIP: user namespaces are refused here\n");
  return the_world.namespaces;
}

bool is_root() { return ::geteuid() == 0; }

bool Run::misses(const std::string& text) const {
  return std::any_of(missing.begin(), missing.end(),
                     [&](const std::string& sentence) { return sentence.find(text) != std::string::npos; });
}

void remove_world() { fs::remove_all(the_world.base); }

std::string fresh_directory(const std::string& name) {
  std::string pattern = the_world.base + "/" + name + "-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw sys::SysError(errno, "creating {}", pattern);
  return pattern;
}

std::string inmate(const std::string& name) { return the_world.base + "/inmates/" + name; }

void write_text(const std::string& path, const std::string& text) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path) << text;
}

std::string read_text(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

sandbox::Spec spec_for(const std::string& workspace, const std::string& script) {
  sandbox::Spec spec;
  spec.argv = {"sh", "-c", script};
  spec.env = {"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + the_world.base, "LC_ALL=C"};
  spec.cwd = workspace;
  spec.writable = {workspace};
  spec.user = {::getuid(), ::getgid(), ::getuid(), ::getgid(), false, {}};
  return spec;
}

Run run(const sandbox::Spec& spec, const OnReport& on_report) {
  Captured captured;
  sandbox::Launched launched = sandbox::launch(spec);
  captured.restore();
  Run result;
  result.tier = launched.tier;
  result.missing = launched.missing;
  serve(launched, result, &captured, on_report);
  return result;
}

Run run_plain(const std::string& directory, const std::string& script) {
  sys::Pipe pipe = sys::make_pipe();
  sys::Child child = sys::spawn({.argv = {"/bin/sh", "-c", script},
                                 .env = {},
                                 .cwd = directory,
                                 .in = 0,
                                 .out = pipe.write_end.get(),
                                 .err = pipe.write_end.get()});
  pipe.write_end.close();
  Run result;
  result.output = sys::read_all(pipe.read_end.get(), 1 << 20, "a command's output");
  result.status = child.wait();
  return result;
}

void order(sandbox::Launched& launched, sandbox::Order::Kind kind, int value) {
  const sandbox::Order order{kind, value};
  launched.channel.send({reinterpret_cast<const char*>(&order), sizeof order});
}

void supervise(sandbox::Launched& launched) {
  Run ignored;
  serve(launched, ignored, nullptr, {});
}

int count_processes(const std::string& word) {
  int count = 0;
  const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), ::closedir);
  while (const dirent* entry = ::readdir(proc.get())) {
    const std::string arguments = arguments_of(entry->d_name);
    if (arguments.find(word) != std::string::npos && std::atoi(entry->d_name) != ::getpid()) ++count;
  }
  return count;
}

bool await_processes(const std::string& word, int count) {
  return await([&] { return count_processes(word) == count; });
}

bool await_at_least(const std::string& word, int count) {
  return await([&] { return count_processes(word) >= count; });
}

sys::Child fork_body(const std::function<int()>& body) {
  sys::Child child = sandbox::fork_into(0);
  if (child) return child;
  try {
    ::_exit(body());
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    ::_exit(125);
  }
}

sys::Child fork_without_namespaces(const std::function<int()>& body) {
  return fork_body([&] {
    refuse_namespaces();
    return body();
  });
}

}  // namespace launcher_test
