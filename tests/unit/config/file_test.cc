#include "config/file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/node.h"
#include "tests/unit/temporary.h"

using config::Author;
using config::BadInput;
using config::find_yaml_file;
using tests::TemporaryDirectory;

TEST_CASE("a file that is not there is nothing when looked for, and an error when named") {
  const TemporaryDirectory dir;
  CHECK_FALSE(find_yaml_file(dir / "rules.yaml"));
  CHECK_FALSE(find_yaml_file(dir / "no/rules.yaml"));
  CHECK_THROWS_WITH_AS(config::read_yaml_file(dir / "rules.yaml"),
                       (dir / "rules.yaml: there is no such file").c_str(), BadInput);
}

TEST_CASE("what is no file is named for what it is, without waiting for it") {
  const TemporaryDirectory dir;
  REQUIRE(::mkfifo((dir / "fifo").c_str(), 0600) == 0);
  CHECK_THROWS_WITH_AS(find_yaml_file(dir / "fifo"), (dir / "fifo: this is a FIFO, not a file").c_str(),
                       BadInput);
  CHECK_THROWS_WITH_AS(find_yaml_file(dir.path()), (dir.path() + ": this is a directory, not a file").c_str(),
                       BadInput);
  CHECK_THROWS_WITH_AS(find_yaml_file("/dev/null"), "/dev/null: this is a device, not a file", BadInput);
}

TEST_CASE("a link that leads nowhere is an error, since a file was meant") {
  const TemporaryDirectory dir;
  REQUIRE(::symlink("/nonexistent", (dir / "rules.yaml").c_str()) == 0);
  CHECK_THROWS_AS(find_yaml_file(dir / "rules.yaml"), BadInput);
}

TEST_CASE("a file that cannot be read is an error") {
  if (::geteuid() == 0) {
    MESSAGE("SKIP: root can read every file");
    return;
  }
  const TemporaryDirectory dir;
  dir.write("rules.yaml", "version: 1\n");
  REQUIRE(::chmod((dir / "rules.yaml").c_str(), 0) == 0);
  CHECK_THROWS_WITH_AS(find_yaml_file(dir / "rules.yaml"),
                       (dir / "rules.yaml: cannot be read: Permission denied").c_str(), BadInput);
}

TEST_CASE("a huge file is refused before it is read") {
  const TemporaryDirectory dir;
  dir.write("rules.yaml", "");
  REQUIRE(::truncate((dir / "rules.yaml").c_str(), 1LL << 34) == 0);
  CHECK_THROWS_WITH_AS(find_yaml_file(dir / "rules.yaml"), (dir / "rules.yaml: larger than 8 MiB").c_str(),
                       BadInput);
}

TEST_CASE("a file that must be root's is refused when somebody else can write it") {
  const TemporaryDirectory dir;
  dir.write("config.yaml", "version: 1\n");
  const std::string path = dir / "config.yaml";
  if (::geteuid() != 0) {
    CHECK_THROWS_AS(find_yaml_file(path, Author::root), BadInput);
    return;
  }
  REQUIRE(::chmod(path.c_str(), 0644) == 0);
  CHECK(find_yaml_file(path, Author::root));
  REQUIRE(::chmod(path.c_str(), 0664) == 0);
  CHECK_THROWS_AS(find_yaml_file(path, Author::root), BadInput);
  REQUIRE(::chmod(path.c_str(), 0644) == 0);
  REQUIRE(::chown(path.c_str(), 1000, 1000) == 0);
  CHECK_THROWS_WITH_AS(find_yaml_file(path, Author::root),
                       (path + ": this file must be root's, but user 1000 owns it").c_str(), BadInput);
  CHECK(find_yaml_file(path, Author::anyone));
}
