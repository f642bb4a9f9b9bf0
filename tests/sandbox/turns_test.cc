#include "sandbox/turns.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <string>

#include "sandbox/launcher/descendants.h"
#include "sandbox/sys/error.h"
#include "tests/sandbox/turns_scene.h"

namespace launcher_test {
namespace {

using namespace std::chrono_literals;

std::string mark_for(const std::string& name) {
  return "mark-" + std::to_string(::getpid()) + "-" + name + "-turn";
}

/// Runs until there is a file "go" in the workspace, then exits with 7.
constexpr const char* bystander = "while [ ! -e go ]; do sleep 0.02; done; exit 7";

/// A process that a turn leaves, which has `mark` among its arguments.
std::string leaving(const std::string& mark) { return ": > " + mark + "; tail -f " + mark + " & exit 0"; }

long count_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all));
}

bool has_denied(const Scene& scene, Scene::Id turn, const std::string& words) {
  const auto [first, last] = scene.denied().equal_range(turn);
  return std::any_of(first, last, [&](const auto& denial) { return denial.second == words; });
}

// In a process of its own, where doctest does not count: 0, or the number of the promise that was broken.
int end_of_one_turn(const std::string& mark) {
  Scene scene(session_spec());
  if (scene.run(leaving(mark + "-stays")).left != true) return 1;
  const Scene::Id other = scene.start(bystander);
  const Scene::Id turn = scene.start("exec " + inmate("clings") + " " + mark + "-x stay");
  if (!scene.until([&] { return count_processes(mark + "-x") >= 4; })) return 2;
  scene.turns().end(turn);
  if (scene.wait(turn).outcome.status.signal != SIGKILL) return 3;
  if (!scene.until([&] { return count_processes(mark + "-x") == 0; })) return 4;
  if (scene.has_ended(other) || count_processes(mark + "-stays") != 1) return 5;
  write_text(scene.workspace() + "/go", "");
  return scene.wait(other).outcome.status.code == 7 ? 0 : 6;
}

}  // namespace

TEST_SUITE("turns") {
  TEST_CASE("turns run at once, each with its own status, output and denials") {
    if (!can_run()) return;
    Scene scene(session_spec());
    const Scene::Id slow = scene.start("sleep 0.1; /bin/echo forbidden one; echo slow; exit 3");
    const Scene::Id fast = scene.start("/bin/echo forbidden two; kill -TERM $$");
    const TurnEnd first = scene.wait(fast);
    CHECK_FALSE(scene.has_ended(slow));
    CHECK(first.outcome.status.signal == SIGTERM);
    CHECK(first.output.find("slow") == std::string::npos);
    const TurnEnd second = scene.wait(slow);
    CHECK(second.outcome.status.code == 3);
    CHECK(second.output.ends_with("slow\n"));
    CHECK(second.outcome.duration >= 100ms);
    CHECK_FALSE(second.left);
    CHECK(slow != fast);
    CHECK(scene.denied().size() == 2);
    CHECK(has_denied(scene, slow, "/bin/echo forbidden one"));
    CHECK(has_denied(scene, fast, "/bin/echo forbidden two"));
  }

  TEST_CASE("what a turn leaves behind still belongs to it, and is told") {
    if (!can_run()) return;
    Scene scene(session_spec());
    const Scene::Id turn = scene.start("(sleep 0.1; /bin/echo forbidden late; : > done) & exit 0");
    CHECK(scene.wait(turn).left);
    CHECK(scene.run("exit 4").outcome.status.code == 4);
    CHECK(scene.until([&] { return exists(scene.workspace() + "/done"); }));
    CHECK(has_denied(scene, turn, "/bin/echo forbidden late"));
  }

  TEST_CASE("a program that cannot be started and a directory that is not there are told by their errno") {
    if (!can_run()) return;
    Scene scene(session_spec());
    const auto start = [&](const std::string& program, const std::string& cwd) {
      return scene.wait(scene.start({{program}, {"PATH=/usr/bin:/bin"}, cwd})).outcome;
    };
    const sandbox::Outcome missing = start("no-such-program", scene.workspace());
    CHECK(missing.exec_error == ENOENT);
    CHECK(missing.status.code == 127);
    CHECK_FALSE(missing.cwd_failed);
    write_text(scene.workspace() + "/plain", "text");
    CHECK(start("./plain", scene.workspace()).exec_error == EACCES);
    CHECK(start("./plain", scene.workspace()).status.code == 126);
    CHECK(start("/bin/forbidden", scene.workspace()).exec_error == ENOENT);
    const sandbox::Outcome lost = start("true", "/no/such/directory");
    CHECK(lost.cwd_failed);
    CHECK(lost.exec_error == ENOENT);
    CHECK(start("true", scene.workspace() + "/plain").exec_error == ENOTDIR);
    CHECK(start("true", scene.workspace()).exec_error == 0);
  }

  TEST_CASE("a first program that is denied does not start") {
    if (!can_run()) return;
    Scene scene(session_spec());
    const Scene::Id turn = scene.start({{"echo", "forbidden"}, {"PATH=/usr/bin:/bin"}, "/"});
    CHECK(scene.wait(turn).outcome.exec_error == EACCES);
    CHECK(has_denied(scene, turn, "echo forbidden"));
  }

  TEST_CASE("a program that cannot be handed over is no turn") {
    if (!can_run()) return;
    Scene scene(session_spec());
    const Scene::Id next = scene.turns().next();
    CHECK_THROWS_AS(scene.start(std::string("a\0b", 3)), sys::Error);
    CHECK_THROWS_AS(scene.start(sandbox::TurnProgram{{}, {}, "/"}), sys::Error);
    CHECK(scene.turns().next() == next);
    CHECK(scene.run("exit 2").outcome.status.code == 2);
  }

  TEST_CASE("a turn has the environment, directory and umask that it is given, and three descriptors") {
    if (!can_run()) return;
    const sys::Fd secret(::open("/etc/passwd", O_RDONLY));  // NOLINT: inheritable on purpose
    const mode_t before = ::umask(027);
    Scene scene(session_spec());
    ::umask(before);
    const TurnEnd env = scene.wait(scene.start({{"env"}, {"PATH=/usr/bin:/bin", "A=1\n2", "B="}, "/"}));
    CHECK(env.output == "PATH=/usr/bin:/bin\nA=1\n2\nB=\n");
    CHECK(scene.run("pwd; umask").output == scene.workspace() + "\n0027\n");
    CHECK(scene.run("ls /proc/self/fd").output == "0\n1\n2\n3\n");  // the last is of ls itself
    CHECK(scene.run("readlink /proc/$$/fd/0").output == "/dev/null\n");
    CHECK(scene.run("grep -E 'Sig(Ign|Blk)' /proc/self/status").output ==
          "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
    const sys::Fd more = sys::open_file("/etc/hostname", O_RDONLY);
    const Scene::Id given = scene.start({{"sh", "-c", "readlink /proc/self/fd/3; ls /proc/self/fd"},
                                         {"PATH=/usr/bin:/bin"},
                                         scene.workspace()},
                                        {more.get()});
    CHECK(scene.wait(given).output == "/etc/hostname\n0\n1\n2\n3\n4\n");
  }

  TEST_CASE("a turn that is ended can still say what it was doing, and one that has ended is none") {
    if (!can_run()) return;
    Scene scene(session_spec());
    const Scene::Id polite =
        scene.start("trap 'echo bye; exit 9' TERM; : > up; while :; do sleep 0.01; done");
    REQUIRE(scene.until([&] { return exists(scene.workspace() + "/up"); }));
    scene.turns().end(polite);
    const TurnEnd end = scene.wait(polite);
    CHECK(end.outcome.status.code == 9);
    CHECK_FALSE(end.outcome.timed_out);
    CHECK(end.output.ends_with("bye\n"));
    scene.turns().end(polite);
    scene.turns().end(12345);
    CHECK(scene.run("true").outcome.status.code == 0);
  }

  TEST_CASE("a turn can be ended before it has begun") {
    if (!can_run()) return;
    Scene scene(session_spec());
    const Scene::Id first = scene.start("sleep 1000"), second = scene.start("sleep 1000");
    scene.turns().end(first);
    scene.turns().end(second);
    CHECK(scene.wait(first).outcome.status.signal == SIGKILL);
    CHECK(scene.wait(second).outcome.status.signal == SIGKILL);
    CHECK(scene.run("exit 3").outcome.status.code == 3);
  }

  TEST_CASE("a turn whose time is over is ended, stopped or not, and the outcome says so") {
    if (!can_run()) return;
    Scene scene(session_spec());
    const Scene::Id turn = scene.start("trap '' TERM; kill -STOP $$; sleep 1000");
    scene.turns().end_after(turn, 100ms);
    const TurnEnd end = scene.wait(turn);
    CHECK(end.outcome.timed_out);
    CHECK(end.outcome.status.signal == SIGKILL);
    CHECK_FALSE(end.left);
  }

  TEST_CASE("a turn that is ended leaves nothing, whatever it forked, and the others go on") {
    if (!can_run()) return;
    CHECK(end_of_one_turn(mark_for("cling")) == 0);
  }

  TEST_CASE("so it is without namespaces") {
    sys::Child body = fork_without_namespaces([&] { return end_of_one_turn(mark_for("tier-b")); });
    CHECK(body.wait().as_shell() == 0);
  }

  TEST_CASE("a fork bomb is ended with its turn, and there is room for the next one then") {
    if (!can_run()) return;
    const std::string mark = mark_for("bomb");
    sandbox::Spec spec = session_spec();
    if (is_root()) spec.user = {61111, 61111, 0, 0, true, {}};  // real root has no process limit
    spec.limits.processes = 60;
    Scene scene(spec);
    CHECK(scene.run(leaving(mark + "-stays")).left);
    const Scene::Id bomb = scene.start(inmate("fork_bomb") + " " + mark + "-x refused; sleep 1000");
    REQUIRE(scene.until([&] { return exists(scene.workspace() + "/refused"); }));
    scene.wait(scene.start("true"));  // perhaps refused, and told
    scene.turns().end(bomb);
    CHECK(scene.wait(bomb).outcome.status.as_shell() != 0);  // or its shell could not start what follows
    CHECK(scene.until([&] { return count_processes(mark + "-x") == 0; }));
    CHECK(count_processes(mark + "-stays") == 1);
    CHECK(scene.run("exit 5").outcome.status.code == 5);
  }

  TEST_CASE("a turn that kills its own keeper ends with all that it had, and the session goes on") {
    if (!can_run()) return;
    const std::string mark = mark_for("keeper");
    Scene scene(session_spec());
    CHECK(scene.run(leaving(mark + "-stays")).left);
    const Scene::Id turn =
        scene.start(inmate("clings") + " " + mark + "-x; kill -9 $PPID; sleep 1000 & : > up; sleep 1000");
    CHECK(scene.wait(turn).outcome.status.signal == SIGKILL);
    CHECK(scene.until([&] { return count_processes(mark + "-x") == 0; }));
    CHECK(count_processes(mark + "-stays") == 1);
    CHECK(scene.run("exit 6").outcome.status.code == 6);
    CHECK_FALSE(scene.is_over());
  }

  TEST_CASE("a turn that kills all that it can reach ends the session, and every turn is told") {
    if (!can_run()) return;
    Scene scene(session_spec());
    const Scene::Id other = scene.start(bystander);
    const Scene::Id turn = scene.start("kill -9 -1; sleep 1000");
    CHECK(scene.wait(turn).outcome.status.signal == SIGKILL);
    CHECK(scene.wait(other).outcome.status.signal == SIGKILL);
    CHECK(scene.until([&] { return scene.is_over(); }));
  }

  TEST_CASE("a turn that stops all that it can reach holds up nobody for longer than itself") {
    if (!can_run()) return;
    Scene scene(session_spec());
    const Scene::Id turn = scene.start("kill -STOP -1; : > done; sleep 1000");
    REQUIRE(scene.until([&] { return exists(scene.workspace() + "/done"); }));
    CHECK(scene.run("exit 8").outcome.status.code == 8);
    scene.turns().end(turn);
    scene.wait(turn);
    CHECK(scene.run("exit 9").outcome.status.code == 9);
    CHECK_FALSE(scene.is_over());
  }

  TEST_CASE("many turns leave no descriptor and no process") {
    if (!can_run()) return;
    Scene scene(session_spec());
    scene.run("true");
    const auto count_below = [] { return sandbox::descendants_of(::getpid()).size(); };
    REQUIRE(scene.until([&] { return count_below() == 2; }));  // init, zygote
    const long descriptors = count_descriptors();
    for (int i = 0; i < 200; ++i) REQUIRE(scene.run("exit 1").outcome.status.code == 1);
    CHECK(scene.until([&] { return count_below() == 2; }));
    CHECK(count_descriptors() == descriptors);
  }

  TEST_CASE("the end of a session is the end of all that its turns left") {
    if (!can_run()) return;
    const std::string mark = mark_for("session");
    {
      Scene scene(session_spec());
      scene.run(inmate("clings") + " " + mark);
      CHECK(scene.run(leaving(mark)).left);
      CHECK(scene.until([&] { return count_processes(mark) >= 4; }));
    }
    CHECK(await_processes(mark, 0));
  }
}

}  // namespace launcher_test
