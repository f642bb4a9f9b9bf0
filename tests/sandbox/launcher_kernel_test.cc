#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>

#include "sandbox/launcher/namespaces.h"
#include "sandbox/launcher/nascent.h"
#include "tests/sandbox/launcher_harness.h"

namespace launcher_test {
namespace {

using sandbox::Mode;
using sandbox::Spec;
using sandbox::Tier;

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("no capabilities, no new privileges, one filter") {
    if (!can_run()) return;
    const Run inside = run(
        spec_for(fresh_directory("ws"), "grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status; ulimit -c"));
    const std::string none = ":\t0000000000000000\n";
    CHECK(inside.output == "CapInh" + none + "CapPrm" + none + "CapEff" + none + "CapBnd" + none + "CapAmb" +
                               none + "NoNewPrivs:\t1\nSeccomp:\t2\n0\n");
  }

  TEST_CASE("a sandbox that was begun and is not wanted leaves no process") {
    if (!can_run()) return;
    for (int round = 0; round < 20; ++round) {
      const sandbox::Nascent unwanted(sandbox::namespaces_of(spec_for(fresh_directory("ws"), "true")));
      if (round % 2 == 0) ::usleep(2000);
    }
    CHECK(::waitpid(-1, nullptr, WNOHANG | __WALL) == -1);
    CHECK(errno == ECHILD);
  }

  TEST_CASE("the loopback works, the outside is unreachable") {
    if (!can_run()) return;
    const std::string ws = fresh_directory("ws");
    const Run inside = run(spec_for(ws, inmate("network")));
    CHECK(inside.output == "socket ok\nloopback ok\noutside ENETUNREACH\n");
  }

  TEST_CASE("what reaches into the kernel is refused, with the errno that programs understand") {
    if (!can_run()) return;
    const Run inside = run(spec_for(fresh_directory("ws"), inmate("kernel_surface")));
    for (const char* line : {"mount EPERM",
                             "umount2 EPERM",
                             "open_tree EPERM",
                             "fsopen EPERM",
                             "mount_setattr EPERM",
                             "pivot_root EPERM",
                             "chroot EPERM",
                             "unshare EPERM",
                             "unshare_net EPERM",
                             "clone EPERM",
                             "clone3 ENOSYS",
                             "setns EPERM",
                             "keyctl ENOSYS",
                             "add_key ENOSYS",
                             "bpf EPERM",
                             "perf_event_open EPERM",
                             "userfaultfd EPERM",
                             "io_uring_setup ENOSYS",
                             "open_by_handle_at EPERM",
                             "syslog EPERM",
                             "lease EINVAL",
                             "pr_set_mm EPERM",
                             "persona_query ok",
                             "persona_query_64 ok",
                             "persona_linux ok",
                             "persona_fixed EPERM",
                             "persona_fixed_high EPERM",
                             "persona_fixed_64 EPERM",
                             "family_17 EAFNOSUPPORT",
                             "family_38 EAFNOSUPPORT",
                             "family_40 EAFNOSUPPORT",
                             "family_45 EAFNOSUPPORT",
                             "netlink_route ok",
                             "netlink_netfilter EPROTONOSUPPORT",
                             "unix ok",
                             "inet ok"}) {
      CAPTURE(line);
      CHECK(inside.says(std::string(line) + "\n"));
    }
    const Run plain = run_plain("/", inmate("kernel_surface"));
    for (const char* line : {"unshare ok", "persona_fixed ok", "persona_fixed_high ok"})
      CHECK(plain.says(line));
  }

  TEST_CASE("nobody can type into the terminal") {
    if (!can_run()) return;
    const std::string wanted =
        "pty ok\nterminal ok\ntiocsti EPERM\ntiocsti_64 EPERM\ntioclinux EPERM\nwinsize ok\n";
    for (const Mode mode : {Mode::workspace_write, Mode::danger_full_access}) {
      Spec spec = spec_for(fresh_directory("ws"), inmate("terminal"));
      spec.mode = mode;
      CHECK(run(spec).output == wanted);
    }
  }

  TEST_CASE("a foreign system call ABI starts nothing") {
    if (!can_run()) return;
    const std::string ws = fresh_directory("ws");
    for (const char* abi : {"i386", "x32"}) {
      const std::string script = inmate("foreign_abi") + " /usr/bin/id " + abi;
      const Run inside = run(spec_for(ws, script));
      CHECK(inside.output == std::string(abi) + " killed by " + std::to_string(SIGSYS) + "\n");
    }
    const Run plain = run_plain(ws, inmate("foreign_abi") + " /usr/bin/id i386");
    if (!plain.says("uid=")) MESSAGE("SKIP: this kernel has no int 0x80, so the attack is not real here");
  }

  TEST_CASE("PID 1 cannot be starved, traced or opened, and a process can still limit itself") {
    if (!can_run()) return;
    const Run inside = run(spec_for(fresh_directory("ws"), inmate("other_processes") + " 1"));
    for (const char* line : {"own_limit ok", "own_limit_set ok", "own_nice ok", "own_affinity ok",
                             "prlimit EPERM", "affinity EPERM", "scheduler EPERM", "nice EPERM",
                             "nice_user EPERM", "ioprio EPERM", "trace EPERM", "getfd EPERM"}) {
      CAPTURE(line);
      CHECK(inside.says(std::string(line) + "\n"));
    }
  }

  TEST_CASE("ordinary programs do not notice") {
    if (!can_run()) return;
    const std::string script =
        "bash -c 'ulimit -n 100; ulimit -n' && nice -n 5 true && taskset -c 0 true && setsid true && "
        "timeout 5 true && perl -e 'print 1+1' && xargs -P2 -n1 echo < /dev/null && stdbuf -oL true";
    const std::string ws = fresh_directory("ws");
    const Run plain = run_plain(ws, script), inside = run(spec_for(ws, script));
    CHECK(inside.output == plain.output);
    CHECK(inside.status.as_shell() == plain.status.as_shell());
  }
}

TEST_SUITE("without namespaces") {
  TEST_CASE("the sandbox says so, with what refused it, and Landlock still holds the files") {
    const std::string ws = fresh_directory("ws"), outside = fresh_directory("outside");
    write_text(outside + "/file", "old");
    sys::Child body = fork_without_namespaces([&] {
      const Run inside = run(spec_for(ws, "echo new > " + outside + "/file; rm " + outside + "/file; touch " +
                                              outside + "/more; echo ok > in; " + inmate("network") + "; " +
                                              inmate("foreign_abi") + " /usr/bin/id i386; exit 7"));
      if (inside.tier != Tier::b) return 1;
      if (!inside.misses("user namespaces are refused")) return 2;
      if (inside.status.code != 7) return 3;
      if (!inside.says("socket EACCES")) return 4;
      if (!inside.says("killed by 31")) return 5;
      return 0;
    });
    CHECK(body.wait().as_shell() == 0);
    CHECK(read_text(outside + "/file") == "old");
    CHECK_FALSE(exists(outside + "/more"));
    CHECK(read_text(ws + "/in") == "ok\n");
  }

  TEST_CASE(
      "real root can write neither the kernel's settings nor devices, but for those that programs use") {
    if (!is_root()) return;
    sys::Child body = fork_without_namespaces([&] {
      const Run inside =
          run(spec_for(fresh_directory("ws"),
                       "(: > /proc/sys/vm/drop_caches); (: > /dev/kmsg); echo x > /dev/null; "
                       "echo x > /dev/shm/gatehouse-test && rm /dev/shm/gatehouse-test && echo done"));
      if (inside.tier != Tier::b) return 1;
      if (!inside.says("/proc/sys/vm/drop_caches: Permission denied")) return 2;
      if (!inside.says("/dev/kmsg: Permission denied")) return 3;
      return inside.says("/dev/null") || !inside.says("done") ? 4 : 0;
    });
    CHECK(body.wait().as_shell() == 0);
  }

  TEST_CASE("the subreaper cannot be stopped, and leaves nothing when the command ends") {
    const std::string mark = "mark-" + std::to_string(::getpid()) + "-tierb";
    sys::Child body = fork_without_namespaces([&] {
      const Run inside =
          run(spec_for(fresh_directory("ws"),
                       inmate("clings") + " " + mark + "; " + inmate("other_processes") + " $PPID; exit 5"));
      if (inside.status.code != 5) return 1;
      for (const char* line : {"stop EPERM", "prlimit EPERM", "trace EPERM", "getfd EPERM"})
        if (!inside.says(line)) return 2;
      return 0;
    });
    CHECK(body.wait().as_shell() == 0);
    CHECK(count_processes(mark) == 0);
  }

  TEST_CASE("nothing outlives a killed supervisor there either, and the bystander lives") {
    const std::string mark = "mark-" + std::to_string(::getpid()) + "-lost", bystander = mark + "-bystander";
    sys::Child other =
        sys::spawn({.argv = {"sh", "-c", "kill -STOP $$; : " + bystander}, .env = {}, .cwd = {}});
    const std::string ws = fresh_directory("ws");
    sys::Child supervisor = fork_without_namespaces([&] {
      sandbox::Launched launched = sandbox::launch(spec_for(ws, inmate("clings") + " " + mark + "-x stay"));
      supervise(launched);
      return 0;
    });
    REQUIRE(await_at_least(mark + "-x", 4));
    supervisor.kill(SIGKILL);
    supervisor.wait();
    CHECK(await_processes(mark + "-x", 0));
    CHECK(count_processes(bystander) == 1);
  }
}

}  // namespace launcher_test
