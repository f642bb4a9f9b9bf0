#include "shelltool/session/kept_outputs.h"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>

#include "tests/unit/temporary.h"

namespace fs = std::filesystem;

namespace {

void make_old(const std::string& path) {
  fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(24 * 8));
}

}  // namespace

TEST_CASE("outputs of more than a week ago go, with the sessions that have no others, once a day") {
  const tests::TemporaryDirectory dir;
  for (const char* output : {"old/1.out", "old/2.out", "both/1.out", "new/1.out", "old/kept"})
    dir.write(output, "x");
  dir.write("empty/1.out", "x");
  for (const char* output : {"old/1.out", "old/2.out", "both/1.out", "old/kept", "empty/1.out"})
    make_old(dir / output);
  dir.write("both/2.out", "x");
  shelltool::remove_old_outputs(dir / "");
  CHECK_FALSE(fs::exists(dir / "old/1.out"));
  CHECK_FALSE(fs::exists(dir / "both/1.out"));
  CHECK(fs::exists(dir / "both/2.out"));
  CHECK(fs::exists(dir / "new/1.out"));
  CHECK(fs::exists(dir / "old/kept"));
  CHECK_FALSE(fs::exists(dir / "empty"));
  dir.write("new/2.out", "x");
  make_old(dir / "new/2.out");
  shelltool::remove_old_outputs(dir / "");
  CHECK(fs::exists(dir / "new/2.out"));
  make_old(dir / "pruned");
  shelltool::remove_old_outputs(dir / "");
  CHECK_FALSE(fs::exists(dir / "new/2.out"));
  shelltool::remove_old_outputs(dir / "nowhere");
}
