#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <string>

#include "tests/sandbox/launcher_harness.h"

namespace launcher_test {
namespace {

namespace fs = std::filesystem;
using sandbox::Mode;
using sandbox::Order;
using sandbox::Report;
using sandbox::Spec;
using sandbox::Tier;

}  // namespace

TEST_SUITE("command") {
  TEST_CASE("the status and the output are the command's own") {
    if (!can_run()) return;
    const std::string ws = fresh_directory("ws");
    CHECK(run(spec_for(ws, "exit 7")).status.code == 7);
    CHECK(run(spec_for(ws, "kill -9 $$")).status.signal == SIGKILL);
    const Run hello = run(spec_for(ws, "echo out; echo err >&2; pwd"));
    CHECK(hello.output == "out\nerr\n" + ws + "\n");
    CHECK(hello.tier == Tier::a);
  }

  TEST_CASE("a command that is not there exits with 127, one that cannot start with 126") {
    if (!can_run()) return;
    const std::string ws = fresh_directory("ws");
    Spec spec = spec_for(ws, "");
    spec.argv = {"no-such-program"};
    Run missing = run(spec);
    CHECK(missing.status.code == 127);
    CHECK(missing.exec_error == ENOENT);
    write_text(ws + "/plain", "text");
    spec.argv = {"./plain"};
    Run refused = run(spec);
    CHECK(refused.status.code == 126);
    CHECK(refused.exec_error == EACCES);
  }

  TEST_CASE("a file without an interpreter line is a shell script, and PATH is the environment's") {
    if (!can_run()) return;
    const std::string ws = fresh_directory("ws");
    write_text(ws + "/tools/greet", "echo hello $1\n");
    fs::permissions(ws + "/tools/greet", fs::perms(0755));
    Spec spec = spec_for(ws, "");
    spec.argv = {"greet", "you"};
    spec.env = {"PATH=/nowhere:" + ws + "/tools"};
    CHECK(run(spec).output == "hello you\n");
  }

  TEST_CASE("the command knows its user by name, and its files are the caller's") {
    if (!can_run()) return;
    const std::string ws = fresh_directory("ws");
    const Run inside = run(spec_for(ws, "id -u; touch made; mkdir -p d/e"));
    CHECK(inside.output == std::to_string(::getuid()) + "\n");
    struct stat status {};
    REQUIRE(::stat((ws + "/made").c_str(), &status) == 0);
    CHECK(status.st_uid == ::geteuid());
    CHECK(status.st_gid == ::getegid());
    if (is_root()) CHECK(run(spec_for(ws, "id -un; id -gn")).output == "root\nroot\n");
  }

  TEST_CASE("only standard descriptors are inherited, and signals start anew") {
    if (!can_run()) return;
    const sys::Fd secret(::open("/etc/passwd", O_RDONLY));  // NOLINT: inheritable on purpose
    ::signal(SIGPIPE, SIG_IGN);
    const Run inside =
        run(spec_for(fresh_directory("ws"), "ls /proc/self/fd; grep -E 'Sig(Ign|Blk)' /proc/self/status"));
    ::signal(SIGPIPE, SIG_DFL);
    CHECK(inside.output == "0\n1\n2\n3\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
  }

  TEST_CASE("a stop is reported, a signal reaches the whole process group, and an order ends everything") {
    if (!can_run()) return;
    const std::string mark = "mark-" + std::to_string(::getpid()) + "-stop";
    bool stopped = false, continued = false;
    const Run run1 = run(spec_for(fresh_directory("ws"), "kill -STOP $$; sleep 0.1; exit 3"),
                         [&](const Report& report, sandbox::Launched& launched) {
                           if (report.kind == Report::Kind::stopped) {
                             stopped = report.value == SIGSTOP;
                             order(launched, Order::Kind::signal_command, SIGCONT);
                           }
                           continued = continued || report.kind == Report::Kind::continued;
                         });
    CHECK(stopped);
    CHECK(continued);
    CHECK(run1.status.code == 3);

    const Run run2 = run(
        spec_for(fresh_directory("ws"), "trap '' TERM; sh -c 'sleep 1000; : " + mark + "' & kill -STOP $$"),
        [&](const Report& report, sandbox::Launched& launched) {
          if (report.kind == Report::Kind::stopped) order(launched, Order::Kind::end);
        });
    CHECK(run2.status.signal == SIGKILL);
    CHECK(await_processes(mark, 0));
  }

  TEST_CASE("a directory that is not there is an error with its name, and nothing runs") {
    Spec spec = spec_for("/", "touch /tmp/x");
    spec.cwd = "/no/such/directory";
    try {
      run(spec);
      FAIL("it ran");
    } catch (const sandbox::SetupError& error) {
      CHECK(std::string(error.what()) ==
            "building the sandbox: entering /no/such/directory: No such file or directory");
    }
  }
}

TEST_SUITE("ending") {
  TEST_CASE("nothing outlives the command, whatever it forked") {
    if (!can_run()) return;
    for (const Mode mode : {Mode::workspace_write, Mode::danger_full_access}) {
      const std::string mark = "mark-" + std::to_string(::getpid()) + "-cling";
      Spec spec = spec_for(fresh_directory("ws"), inmate("clings") + " " + mark + "; exit 5");
      spec.mode = mode;
      CHECK(run(spec).status.code == 5);
      CHECK(count_processes(mark) == 0);
    }
  }

  TEST_CASE("nothing outlives a killed supervisor") {
    if (!can_run()) return;
    const std::string mark = "mark-" + std::to_string(::getpid()) + "-orphan";
    const std::string ws = fresh_directory("ws");
    sys::Child supervisor = fork_body([&] {
      sandbox::Launched launched = sandbox::launch(spec_for(ws, inmate("clings") + " " + mark + " stay"));
      supervise(launched);
      return 0;
    });
    REQUIRE(await_at_least(mark, 4));
    supervisor.kill(SIGKILL);
    supervisor.wait();
    CHECK(await_processes(mark, 0));
  }

  TEST_CASE("a fork bomb stays below its limit and is gone afterwards") {
    if (!can_run()) return;
    const std::string ws = fresh_directory("ws"), mark = "mark-" + std::to_string(::getpid()) + "-bomb";
    Spec spec = spec_for(ws, inmate("fork_bomb") + " " + mark + " refused");
    if (is_root()) {
      spec.user = {61111, 61111, 0, 0, true, {}};  // real root has no process limit
    }
    spec.limits.processes = 60;
    CHECK(run(spec).status.code == 0);
    CHECK(std::stoi(read_text(ws + "/refused")) >= 100);
    CHECK(await_processes(mark, 0));
  }
}

}  // namespace launcher_test
