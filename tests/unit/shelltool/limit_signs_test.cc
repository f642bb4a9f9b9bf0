#include "shelltool/session/limit_signs.h"

#include <doctest/doctest.h>

#include <csignal>

namespace shelltool {
namespace {

std::vector<sandbox::LimitReached> told(std::string_view output, const sys::ExitStatus& status = {},
                                        const sandbox::Limits& limits = {4096, 1024, 64, 0, 0, 0}) {
  sandbox::Outcome outcome;
  outcome.status = status;
  add_limits_told(output, limits, outcome);
  return outcome.limits;
}

TEST_CASE("a limit of the kernel's is told by the signal that it ends a program with") {
  REQUIRE(told("", {0, SIGXFSZ}).size() == 1);
  CHECK(told("", {0, SIGXFSZ})[0].sentence() == "limit file: 1 KB, reached");
  CHECK(told("", {128 + SIGXFSZ, 0}).size() == 1);
  CHECK(told("", {0, SIGKILL}).empty());
}

TEST_CASE("a limit of the kernel's is told by what the output says of it") {
  for (const char* line : {"OSError: [Errno 24] Too many open files: 'x'", "accept4: too many open files",
                           "Error: EMFILE: too many open files, open 'x'"})
    CHECK(told(line).at(0).sentence() == "limit open_files: 64, reached");
  for (const char* line : {"bash: fork: retry: Resource temporarily unavailable", "sh: 1: Cannot fork",
                           "RuntimeError: can't start new thread"})
    CHECK(told(line).at(0).sentence() == "limit processes: 4096, reached");
  CHECK(told("dd: writing to 'x': File too large").at(0).sentence() == "limit file: 1 KB, reached");
  CHECK(told("File too large\nToo many open files").size() == 2);
}

TEST_CASE("where there is no such limit nothing is told of it") {
  CHECK(told("Too many open files, File too large, fork: Resource temporarily unavailable", {0, SIGXFSZ},
             {0, 0, 0, 0, 0, 0})
            .empty());
  CHECK(told("Resource temporarily unavailable; you cannot fork this repository").empty());
}

}  // namespace
}  // namespace shelltool
