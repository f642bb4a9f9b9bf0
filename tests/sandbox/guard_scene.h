#pragma once
/// A workspace under a guard, and an attacker in another process.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/guard/guard.h"
#include "sandbox/sys/fd.h"
#include "sandbox/sys/process.h"
#include "tests/unit/temporary.h"

namespace guard_test {

using sandbox::Guard;
using sandbox::Taken;

/// A workspace, and a state directory where the guard's are.
struct Scene {
  Scene() {
    workspace = dir.make_directory("ws");
    state = dir.make_directory("state");
    dir.make_directory("decoy");  // what an attacker's symlinks lead to
  }
  tests::TemporaryDirectory dir;
  std::string workspace, state;

  [[nodiscard]] std::string operator/(const std::string& name) const { return workspace + "/" + name; }
  [[nodiscard]] bool has(const std::string& name) const {
    struct stat status {};
    return ::lstat((workspace + "/" + name).c_str(), &status) == 0;
  }
  [[nodiscard]] std::string text(const std::string& name) const {
    return sys::read_file(workspace + "/" + name, 1 << 20);
  }
};

/// Runs `attack` in another process, under a guard, and returns what was taken.
inline std::vector<Taken> guarded(const Scene& scene, const std::function<void()>& attack,
                                  bool mounts_hold = false) {
  sys::Reactor reactor;
  Guard guard(reactor, sandbox::find_protected_names({scene.workspace}), {scene.state, mounts_hold, {}});
  guard.begin();
  sys::Child attacker = sys::fork_with(0);
  if (!attacker) {
    ::usleep(30'000);  // until the guard watches: before, it only looks now and then
    if (::chdir(scene.workspace.c_str()) == 0) attack();
    ::_exit(0);
  }
  const sys::Watch ended = reactor.on_exit(attacker.pidfd(), [&] { reactor.stop(); });
  reactor.run();
  attacker.wait();
  return guard.finish();
}

/// A number that a child process can change for its parent.
class SharedNumber {
 public:
  SharedNumber() : page_(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {}
  SharedNumber(const SharedNumber&) = delete;
  SharedNumber& operator=(const SharedNumber&) = delete;
  ~SharedNumber() { ::munmap(page_, 4096); }
  [[nodiscard]] volatile int& value() const { return *static_cast<volatile int*>(page_); }

 private:
  void* page_;
};

inline bool names(const std::vector<Taken>& taken, const std::string& sentence) {
  return std::any_of(taken.begin(), taken.end(),
                     [&](const Taken& one) { return one.sentence().find(sentence) != std::string::npos; });
}

inline void write_file(int dir, const char* name, std::string_view text,
                       int flags = O_CREAT | O_WRONLY | O_TRUNC) {
  const sys::Fd file(::openat(dir, name, flags | O_CLOEXEC, 0755));
  if (file) static_cast<void>(!::write(file.get(), text.data(), text.size()));
}

/// A shell line in the workspace, with no configuration but the repository's own. False: it failed.
inline bool shell(const Scene& scene, const std::string& line) {
  const std::string home = scene.dir.path() + "/home";
  const std::string all = "set -e; export HOME=" + home +
                          " GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=e "
                          "GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=e; mkdir -p $HOME; git config --global "
                          "protocol.file.allow always; exec >$HOME/out 2>&1; " +
                          line;
  sys::Child child = sys::spawn({{"sh", "-c", all}, {}, scene.workspace});
  const bool good = child.wait().as_shell() == 0;
  if (!good) MESSAGE(line << ": " << sys::read_file(home + "/out", 1 << 20));
  return good;
}

inline bool have_git() { return ::access("/usr/bin/git", X_OK) == 0; }

}  // namespace guard_test
