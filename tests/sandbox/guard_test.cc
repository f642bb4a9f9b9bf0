#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <random>

#include "sandbox/guard/guard_record.h"
#include "tests/sandbox/guard_scene.h"

using namespace guard_test;

namespace {

constexpr const char* planted_names[] = {".vscode", ".mcp.json",  ".envrc",           ".idea",
                                         ".codex",  ".gatehouse", "x.code-workspace", ".cursor"};

/// One plant, of a kind and at a name that the random number chooses. True: it stood there.
bool plant(std::minstd_rand& random) {
  const char* name = planted_names[random() % std::size(planted_names)];
  switch (random() % 8) {
    case 0: {
      const bool made = ::mkdir(name, 0755) == 0;
      write_file(AT_FDCWD, (std::string(name) + "/tasks.json").c_str(), "evil");
      return made;
    }
    case 1:
      ::mkdir("prepared", 0755);
      write_file(AT_FDCWD, "prepared/tasks.json", "evil");
      return ::rename("prepared", name) == 0;
    case 2:
      return ::symlink("../decoy", name) == 0;  // later plants write through it
    case 3:
      write_file(AT_FDCWD, "innocent", "evil");
      return ::link("innocent", name) == 0;
    case 4: {
      const sys::Fd file(::open(name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644));
      return static_cast<bool>(file);
    }
    case 5: {
      const bool made = ::mkdir(name, 0755) == 0;
      const sys::Fd kept(::open(name, O_DIRECTORY | O_RDONLY | O_CLOEXEC));
      for (int i = 0; i < 50 && kept; ++i) write_file(kept.get(), "late", "evil");
      return made;
    }
    case 6: {  // a directory that does not let itself be moved
      const bool made = ::mkdir(name, 0555) == 0;
      ::chmod(name, 0);
      return made;
    }
    default:
      ::mkdir(".claude", 0755);
      write_file(AT_FDCWD, ".claude/settings.json", "evil");
      return true;
  }
}

long left_over(const Scene& scene) {
  long left = 0;
  for (const char* name : planted_names) left += scene.has(name) ? 1 : 0;
  return left + (scene.has(".claude/settings.json") ? 1 : 0);
}

}  // namespace

TEST_CASE("of 2,000 plants of every kind none is left, and the workspace has nothing of ours") {
  const Scene scene;
  const auto taken = guarded(scene, [] {
    std::minstd_rand random(11);
    for (int done = 0; done < 2'000;)
      if (plant(random)) ++done;
  });
  CHECK(taken.size() > 50);  // those that stood there when the attacker planted again count once
  CHECK(left_over(scene) == 0);
  for (const auto& entry : std::filesystem::directory_iterator(scene.workspace))
    CHECK(entry.path().filename().string().find("gatehouse") == std::string::npos);
  for (const Taken& one : taken) CHECK_MESSAGE(one.cause.empty(), one.sentence());
}

TEST_CASE("each plant is taken while the attacker still runs") {
  const Scene scene;
  const SharedNumber late;
  const auto taken = guarded(scene, [&] {
    std::minstd_rand random(3);
    for (int i = 0; i < 2'000; ++i) {
      while (!plant(random)) {
      }
      bool gone = false;
      for (int wait = 0; wait < 20'000 && !gone; ++wait) {
        gone = left_over(scene) == 0;
        if (!gone) ::usleep(50);
      }
      if (!gone) late.value() = late.value() + 1;
    }
  });
  CHECK(late.value() == 0);
  CHECK(taken.size() >= 2'000);
  CHECK(left_over(scene) == 0);
}

TEST_CASE("a look takes what was planted up to now, whether it is watched for already or not") {
  for (const int wait_ms : {0, 40}) {
    CAPTURE(wait_ms);
    const Scene scene;
    scene.dir.make_directory("ws/.git");
    sys::Reactor reactor;
    Guard guard(reactor, sandbox::find_protected_names({scene.workspace}), {scene.state, false, {}});
    guard.begin();
    const sys::Watch over =
        reactor.at(sys::BootClock::now() + std::chrono::milliseconds(wait_ms), [&] { reactor.stop(); });
    reactor.run();
    scene.dir.make_directory("ws/.vscode");
    scene.dir.write("ws/.git/config", "[core]\n\thooksPath = x\n");
    const std::vector<Taken> taken = guard.look();
    CHECK(taken.size() == 2);
    CHECK(!scene.has(".vscode"));
    CHECK(scene.text(".git/config") == "[core]\n");
    CHECK(guard.look().empty());
    CHECK(guard.finish().empty());
  }
}

TEST_CASE("a flood that overflows the queue hides no plant") {
  const Scene scene;
  const auto taken = guarded(scene, [] {
    for (int i = 0; i < 40'000; ++i) {
      const std::string name = "f" + std::to_string(i);
      const sys::Fd file(::open(name.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
      ::unlink(name.c_str());
      if (i == 30'000) ::mkdir(".vscode", 0755);
      if (i == 30'001) ::mkdir(".git", 0755);
      if (i == 30'002) ::mkdir(".git/hooks", 0755);
      if (i == 30'003) write_file(AT_FDCWD, ".git/hooks/pre-commit", "evil");
    }
  });
  CHECK(left_over(scene) == 0);
  CHECK(!scene.has(".git/hooks/pre-commit"));
  CHECK(names(taken, "took .vscode (a directory)"));
  CHECK(names(taken, "took the hook .git/hooks/pre-commit"));
}

TEST_CASE("after SIGKILL of the guard the next start finishes its sweep") {
  const Scene scene;
  scene.dir.write("ws/.git/HEAD", "ref: refs/heads/main\n");
  scene.dir.make_directory("ws/.git/objects");
  scene.dir.make_directory("ws/.git/refs");
  const std::string config = "[core]\n\teditor = mine\n";
  scene.dir.write("ws/.git/config", config);
  const sys::Pipe ready = sys::make_pipe();
  sys::Child guard_process = sys::fork_with(0);
  if (!guard_process) {
    sys::Reactor reactor;
    Guard guard(reactor, sandbox::find_protected_names({scene.workspace}), {scene.state, true, {}});
    guard.begin();
    static_cast<void>(!::write(ready.write_end.get(), "x", 1));
    ::pause();
  }
  char byte = 0;
  REQUIRE(::read(ready.read_end.get(), &byte, 1) == 1);
  CHECK(sandbox::sweep_leftovers(scene.state).empty());  // it lives
  guard_process.kill(SIGKILL);
  guard_process.wait();
  scene.dir.write("ws/.vscode/tasks.json", "evil");
  scene.dir.write("ws/.git/hooks/pre-commit", "evil");
  scene.dir.write("ws/.git/config", config + "[core]\n\thooksPath = x\n");
  scene.dir.write("ws/.git/config.lock", "left by a guard that died");
  scene.dir.write("ws/deep/sub/.git/hooks/pre-push", "evil");
  CHECK(sandbox::take_dead_records(scene.state).size() == 1);
  const auto taken = sandbox::sweep_leftovers(scene.state);
  CHECK(!scene.has(".vscode"));
  CHECK(!scene.has(".git/hooks/pre-commit"));
  CHECK(!scene.has("deep/sub/.git/hooks/pre-push"));
  CHECK(!scene.has(".git/config.lock"));
  CHECK(scene.text(".git/config") == config + "[core]\n");
  CHECK(taken.size() == 5);
  CHECK(sandbox::sweep_leftovers(scene.state).empty());
}

TEST_CASE("two guards in one workspace do not hinder each other") {
  const Scene scene;
  sys::Reactor reactor;
  Guard other(reactor, sandbox::find_protected_names({scene.workspace}), {scene.state, true, {}});
  other.begin();
  std::vector<Taken> taken = guarded(scene, [] {
    std::minstd_rand random(5);
    for (int i = 0; i < 300; ++i) plant(random);
  });
  CHECK(left_over(scene) == 0);
  CHECK(other.finish().empty());
  CHECK(std::filesystem::is_empty(scene.state + "/guard"));
}

TEST_CASE("where the state directory is on another file system the quarantine stands beside the root") {
  Scene scene;
  char pattern[] = "/dev/shm/gatehouse-test-XXXXXX";
  struct stat here {
  }, there{};
  if (::mkdtemp(pattern) == nullptr || ::stat(pattern, &there) != 0 ||
      ::stat(scene.workspace.c_str(), &here) != 0 || here.st_dev == there.st_dev) {
    MESSAGE("SKIP: no second file system at /dev/shm");
    return;
  }
  scene.state = pattern;
  const auto taken = guarded(scene, [] { write_file(AT_FDCWD, ".envrc", "evil"); });
  REQUIRE(taken.size() == 1);
  CHECK(taken.front().where.starts_with(scene.dir / ".gatehouse-quarantine-"));
  CHECK(sys::read_file(taken.front().where, 100) == "evil");
  std::filesystem::remove_all(pattern);
}
