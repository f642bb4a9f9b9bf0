#include "tests/sandbox/gate_harness.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdlib>

#include "sandbox/sys/channel.h"
#include "sandbox/sys/error.h"
#include "sandbox/sys/kernel.h"
#include "sandbox/sys/path.h"

namespace gate_test {
namespace {

class FakeJudge : public sandbox::Judge {
 public:
  FakeJudge(const Setup& setup, Run& run) : setup_(setup), run_(run) {}
  sandbox::Ruling judge(const sandbox::ExecEvent& event, sandbox::Occasion occasion, std::uint64_t) override {
    run_.judged.push_back({event, occasion});
    return setup_.judge ? setup_.judge(event, occasion) : sandbox::Ruling::allow;
  }
  bool record_allowed(const sandbox::ExecEvent& event) override {
    return !setup_.record_allowed || setup_.record_allowed(event);
  }
  void refused(const sandbox::ExecEvent&, const sandbox::Refusal& refusal) override {
    run_.refused.push_back(refusal);
  }
  void withdrawn(std::uint64_t) override {}

 private:
  const Setup& setup_;
  Run& run_;
};

sys::Fd install_listener() {
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  std::array<sock_filter, 5> code = {{
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      {BPF_JMP | BPF_JEQ | BPF_K, 1, 0, SYS_execve},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_execveat},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_USER_NOTIF},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  }};
  const sock_fprog program{code.size(), code.data()};
  return sys::Fd(static_cast<int>(
      ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                SECCOMP_FILTER_FLAG_NEW_LISTENER | sys::kernel::seccomp_wait_killable, &program)));
}

[[noreturn]] void be_the_command(const Setup& setup, sys::Channel channel, int output) {
  ::dup2(output, 1);
  ::dup2(output, 2);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (::chdir(setup.cwd.c_str()) != 0) ::_exit(125);
  const std::vector<char*> argv = sys::pointers(setup.argv);
  sys::Fd listener = install_listener();
  channel.send("listener", {listener.get()});
  listener.close();
  ::execvp(argv[0], argv.data());
  ::_exit(errno == EACCES ? 126 : 127);
}

}  // namespace

const sandbox::ExecEvent& Run::event(const std::string& name) const {
  for (const Seen& seen : judged)
    if (sys::base_name(seen.event.images.front().called) == name) return seen.event;
  FAIL("no exec of ", name, " was judged; output: ", output);
  std::abort();
}

bool Run::has(const std::string& name) const {
  for (const Seen& seen : judged)
    if (sys::base_name(seen.event.images.front().called) == name) return true;
  return false;
}

Run run(const Setup& setup) {
  Run result;
  FakeJudge judge(setup, result);
  sys::Reactor reactor;
  reactor.on_error([&](const std::exception& error) { result.errors.emplace_back(error.what()); });
  auto [ours, theirs] = sys::make_socket_pair();
  sys::Channel channel(std::move(ours));
  sys::Pipe pipe = sys::make_pipe();
  sys::Fd &output = pipe.read_end, &output_end = pipe.write_end;
  sys::Child child = sys::fork_with(0);
  if (!child) be_the_command(setup, sys::Channel(std::move(theirs)), output_end.get());
  theirs.close();
  output_end.close();
  std::optional<sys::Packet> packet = channel.receive();
  REQUIRE(packet.has_value());
  std::unique_ptr<sandbox::Gate> gate;
  const sys::Watch children = reactor.on_signals({SIGCHLD}, [&](int) {
    int status = 0;
    for (pid_t pid = 0; (pid = ::waitpid(-1, &status, __WALL | WNOHANG)) > 0;) {
      if (pid != child.pid()) {
        gate->on_wait_status(pid, status, true);
      } else if (WIFSTOPPED(status)) {
        gate->on_wait_status(pid, status, true);
      } else {
        result.status = sys::exit_status(status);
        child.forget();
        reactor.stop();
        return;
      }
    }
  });
  sandbox::GateOptions options = setup.options;
  if (options.reading.uid == 0) options.reading.uid = ::getuid();
  gate = std::make_unique<sandbox::Gate>(reactor, std::move(packet->fds.at(0)), judge, options);
  sys::Watch reading = reactor.watch(output.get(), POLLIN, [&](int) {
    std::array<char, 4096> chunk{};
    const ssize_t count = ::read(output.get(), chunk.data(), chunk.size());
    if (count > 0) result.output.append(chunk.data(), static_cast<std::size_t>(count));
    if (count <= 0) reading.cancel();
  });
  const sys::Watch limit =
      reactor.at(sys::BootClock::now() + std::chrono::seconds(60), [&] { reactor.stop(); });
  reactor.run();
  sys::set_nonblocking(output.get(), true);
  std::array<char, 4096> rest{};
  for (ssize_t count = 0; (count = ::read(output.get(), rest.data(), rest.size())) > 0;)
    result.output.append(rest.data(), static_cast<std::size_t>(count));
  result.counts = gate->counts();
  return result;
}

std::string script(const tests::TemporaryDirectory& dir, const std::string& name, const std::string& text,
                   unsigned mode) {
  const sys::Fd file = sys::open_file(dir / name, O_WRONLY | O_CREAT | O_TRUNC, mode);
  sys::write_all(file.get(), text, name);
  return dir / name;
}

}  // namespace gate_test
