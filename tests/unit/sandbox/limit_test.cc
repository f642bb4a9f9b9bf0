#include <doctest/doctest.h>

#include "sandbox/limit.h"
#include "sandbox/limit_watch.h"

namespace sandbox {
namespace {

using Which = LimitReached::Which;

TEST_CASE("a limit that was reached is named with its size, as the config writes it") {
  CHECK(LimitReached{Which::memory, 512U << 20, "python3 train.py"}.sentence() ==
        "limit memory: 512 MB, reached by python3 train.py");
  CHECK(LimitReached{Which::file, 1536}.sentence() == "limit file: 1536 bytes, reached");
  CHECK(LimitReached{Which::tmp, 3U << 10}.sentence() == "limit tmp: 3 KB, reached");
  CHECK(LimitReached{Which::wall, 90'000}.sentence() == "limit wall: 90 s, reached");
  CHECK(LimitReached{Which::wall, 1500}.sentence() == "limit wall: 1500 ms, reached");
  CHECK(LimitReached{Which::open_files, 64}.sentence() == "limit open_files: 64, reached");
}

TEST_CASE("a limit that was reached is told once, as it was seen first") {
  std::vector<LimitReached> all;
  add(all, {Which::processes, 60, "make"});
  add(all, {Which::processes, 60, "cc1"});
  add(all, {Which::memory, 60, "ld"});
  REQUIRE(all.size() == 2);
  CHECK(all[0].by == "make");
}

TEST_CASE("memory of a process is what is its own, not the files that it has read") {
  const Usage usage = usage_in_status(
      "Name:\tpython3\nVmRSS:\t  900 kB\nRssAnon:\t  100 kB\nRssFile:\t  790 kB\nRssShmem:\t   10 kB\n"
      "VmSwap:\t    5 kB\nThreads:\t7\n");
  CHECK(usage.bytes == 115 * 1024);
  CHECK(usage.threads == 7);
  CHECK(
      bytes_in_rollup("55-66 ---p 0 0 [rollup]\nPss:  99 kB\nPss_Anon:  50 kB\nPss_File:  40 kB\nPss_Shmem:  "
                      "9 kB\nSwap:  8 kB\nSwapPss:  4 kB\n") == 63 * 1024);
}

TEST_CASE("a process cannot say by its name how much it takes") {
  const Usage usage = usage_in_status("Name:\tRssAnon:1\nUmask:\t0022\nRssAnon:\t  4096 kB\nThreads:\t3\n");
  CHECK(usage.bytes == 4096 * 1024);
  CHECK(usage_in_status("Name:\tThreads:9\nThreads:\t3\n").threads == 3);
}

TEST_CASE("a process that has ended takes nothing") {
  CHECK(usage_in_status("").bytes == 0);
  CHECK(bytes_in_rollup("") == 0);
}

}  // namespace
}  // namespace sandbox
