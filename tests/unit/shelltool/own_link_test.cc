#include "shelltool/session/own_link.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "tests/unit/temporary.h"

namespace fs = std::filesystem;

namespace shelltool {
namespace {

/// A workspace with links to the shell, which the system calls by links, too.
struct Scene {
  tests::TemporaryDirectory dir;
  std::string workspace = dir.make_directory("ws"), shell = fs::canonical("/bin/sh");
  sandbox::Spec spec;

  Scene() {
    fs::create_symlink("/bin/sh", workspace + "/sh");
    fs::create_directory_symlink(sys_directory(), workspace + "/bin");
    spec.writable = {workspace};
  }
  [[nodiscard]] std::string sys_directory() const { return fs::path(shell).parent_path(); }
  [[nodiscard]] std::string name() const { return fs::path(shell).filename(); }
  [[nodiscard]] bool is_own(const std::string& called) const {
    sandbox::ExecEvent event;
    event.cwd = workspace;
    event.images = {{called, {}, {called}}};
    event.images.front().file.path = shell;
    return is_called_by_own_link(event, spec);
  }
};

}  // namespace

TEST_CASE("who is called by a link in the workspace is called by one of the sandbox's own") {
  const Scene scene;
  CHECK_FALSE(scene.is_own("/bin/sh"));
  CHECK_FALSE(scene.is_own(scene.shell));
  CHECK_FALSE(scene.is_own("/usr/../bin/./sh"));
  CHECK(scene.is_own("sh"));
  CHECK(scene.is_own("./bin/" + scene.name()));
  CHECK(scene.is_own(scene.workspace + "/bin/sh"));
}

TEST_CASE("a link that was made before the state was narrowed is the sandbox's own") {
  Scene scene;
  scene.spec.mode = sandbox::Mode::read_only;
  CHECK(scene.is_own("sh"));
}

TEST_CASE("what the host cannot follow is taken for a link of the sandbox's own") {
  const Scene scene;
  for (const char* called : {"/dev/fd/3", "/proc/self/exe", "/tmp/whatever", "/bin/another"})
    CHECK(scene.is_own(called));
}

TEST_CASE("with the host's files any link is one's own that is not the system's") {
  Scene scene;
  scene.spec.mode = sandbox::Mode::danger_full_access;
  scene.spec.writable.clear();
  CHECK(scene.is_own(scene.workspace + "/sh"));
  CHECK_FALSE(scene.is_own("/bin/sh"));
}

}  // namespace shelltool
