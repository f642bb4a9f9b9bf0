#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "sandbox/guard/repository_scan.h"
#include "tests/unit/temporary.h"

namespace {

/// A tree that has been left alone for a while, and was looked at.
struct Scene {
  Scene() {
    dir.write("ws/a/b/file", "");
    dir.write("ws/c/file", "");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    scan();
  }

  sandbox::RepositoryScan scan() { return sandbox::find_repositories(roots, {dir / "ws"}, {}, looks); }

  tests::TemporaryDirectory dir;
  sandbox::Roots roots{{[this] {
    std::filesystem::create_directories(dir / "ws");
    return dir / "ws";
  }()}};
  sandbox::RepositoryLooks looks;
};

void set_times_of(const std::string& path, const struct stat& facts) {
  const timespec times[] = {facts.st_atim, facts.st_mtim};
  REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
}

}  // namespace

TEST_CASE("a repository that appears in a directory already looked at is found") {
  Scene scene;
  CHECK(scene.scan().dot_git.empty());
  scene.dir.write("ws/a/b/.git/HEAD", "");
  CHECK(scene.scan().dot_git == std::vector<std::string>{scene.dir / "ws/a/b"});
  CHECK(scene.scan().dot_git.size() == 1);
  std::filesystem::remove_all(scene.dir / "ws/a/b/.git");
  CHECK(scene.scan().dot_git.empty());
}

TEST_CASE("a directory whose modification time was set back is read again") {
  Scene scene;
  struct stat before {};
  REQUIRE(::stat((scene.dir / "ws/c").c_str(), &before) == 0);
  scene.dir.write("ws/c/.git/HEAD", "");
  set_times_of(scene.dir / "ws/c", before);
  CHECK(scene.scan().dot_git.size() == 1);
}

TEST_CASE("a directory that took another's place is looked at for itself") {
  Scene scene;
  scene.dir.write("other/.git/HEAD", "");
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  std::filesystem::rename(scene.dir / "ws/c", scene.dir / "gone");
  std::filesystem::rename(scene.dir / "other", scene.dir / "ws/c");
  CHECK(scene.scan().dot_git == std::vector<std::string>{scene.dir / "ws/c"});
  std::filesystem::rename(scene.dir / "ws/c", scene.dir / "other");
  std::filesystem::rename(scene.dir / "gone", scene.dir / "ws/c");
  CHECK(scene.scan().dot_git.empty());
}

TEST_CASE("changes in quick succession are all seen") {
  Scene scene;
  for (int round = 0; round < 200; ++round) {
    scene.dir.write("ws/a/.git/HEAD", "");
    REQUIRE(scene.scan().dot_git.size() == 1);
    std::filesystem::remove_all(scene.dir / "ws/a/.git");
    REQUIRE(scene.scan().dot_git.empty());
  }
}
