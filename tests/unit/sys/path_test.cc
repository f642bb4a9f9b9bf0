#include "sandbox/sys/path.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include "sandbox/sys/error.h"
#include "tests/unit/temporary.h"

TEST_CASE("normal_path takes out what says nothing") {
  struct Row {
    const char *path, *base, *normal;
  };
  for (const Row& row : {Row{"/a//b/./c/", "/", "/a/b/c"}, Row{"/..", "/", "/"}, Row{"", "/x", "/x"},
                         Row{"../y", "/x/z", "/x/y"}, Row{"a/../../..", "/b", "/"}, Row{"/", "/x", "/"},
                         Row{"...", "/", "/..."}}) {
    CHECK(sys::normal_path(row.path, row.base) == row.normal);
  }
}

TEST_CASE("a sibling with the same beginning is not within a directory") {
  CHECK(sys::is_within("/a/b", "/a"));
  CHECK(sys::is_within("/a", "/a"));
  CHECK(sys::is_within("/a", "/"));
  CHECK_FALSE(sys::is_within("/ab", "/a"));
}

TEST_CASE("a look-up beneath a directory does not leave it") {
  const tests::TemporaryDirectory dir;
  dir.write("inside/file", "x");
  dir.write("outside", "y");
  REQUIRE(::symlink("../outside", (dir / "inside/up").c_str()) == 0);
  REQUIRE(::symlink("/etc/passwd", (dir / "inside/absolute").c_str()) == 0);
  const sys::Fd inside = sys::open_file(dir / "inside", O_PATH | O_DIRECTORY);
  const sys::Lookup beneath{sys::Reach::beneath};
  CHECK(sys::try_open_at(inside.get(), "file", O_PATH, beneath));
  for (const char* path : {"up", "absolute", "../outside", "/etc/passwd"}) {
    CHECK_FALSE(sys::try_open_at(inside.get(), path, O_PATH, beneath));
    CHECK(errno == EXDEV);
  }
  const sys::Lookup no_links{sys::Reach::beneath, false};
  CHECK_FALSE(sys::try_open_at(inside.get(), "up", O_PATH, no_links));
  CHECK_THROWS_AS(sys::open_at(inside.get(), "nosuch", O_PATH, beneath), sys::SysError);
}

TEST_CASE("in_root makes the directory the root of everything below") {
  const tests::TemporaryDirectory dir;
  dir.write("etc/passwd", "theirs");
  REQUIRE(::symlink("/etc/passwd", (dir / "link").c_str()) == 0);
  const sys::Fd root = sys::open_file(dir.path(), O_PATH | O_DIRECTORY);
  const sys::Fd found = sys::open_at(root.get(), "/../link", O_RDONLY, {sys::Reach::in_root});
  CHECK(sys::read_all(found.get(), 100, "a file") == "theirs");
}

TEST_CASE("the real path of what does not exist follows what exists") {
  const tests::TemporaryDirectory dir;
  dir.make_directory("real");
  REQUIRE(::symlink("real", (dir / "alias").c_str()) == 0);
  REQUIRE(::symlink("nowhere", (dir / "real/dangling").c_str()) == 0);
  CHECK(sys::real_path_of_missing(dir / "alias/dangling/x") == dir / "real/dangling/x");
  CHECK(sys::real_path_of_missing(dir / "alias/new/file") == dir / "real/new/file");
  CHECK(sys::real_path_of_missing(dir / "alias") == dir / "real");
  CHECK(sys::real_path_of_missing(dir / "real") == dir / "real");
  CHECK(sys::real_path_of_missing(dir / "real/new/../file") == dir / "real/file");
}

TEST_CASE("make_directories keeps what exists and names what stands in the way") {
  const tests::TemporaryDirectory dir;
  sys::make_directories(dir / "a/b/c", 0700);
  sys::make_directories(dir / "a/b/c", 0700);
  dir.write("file", "x");
  CHECK_THROWS_AS(sys::make_directories(dir / "file/sub", 0700), sys::SysError);
}
