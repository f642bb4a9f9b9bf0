#include "shelltool/session/denial_log.h"

#include <doctest/doctest.h>

using shelltool::Denial;
using shelltool::DenialLog;

namespace {

Denial denial(const std::string& rule, std::vector<std::string> argv,
              std::vector<std::string> chain = {"sh"}) {
  Denial one;
  one.decision.rule = rule;
  one.decision.chain = std::move(chain);
  one.argv = std::move(argv);
  return one;
}

}  // namespace

TEST_CASE("equal denials are one that is counted, told at the first") {
  DenialLog log;
  CHECK(log.add(denial("r", {"git", "push"})));
  CHECK(log.all().front().argv == std::vector<std::string>{"git", "push"});
  CHECK_FALSE(log.add(denial("r", {"git", "push"})));
  CHECK_FALSE(log.add(denial("r", {"git", "push"})));
  REQUIRE(log.all().size() == 1);
  CHECK(log.all().front().times == 3);
}

TEST_CASE("another rule, other words or another chain is another denial") {
  DenialLog log;
  CHECK(log.add(denial("r", {"a", "b"})));
  CHECK(log.add(denial("s", {"a", "b"})));
  CHECK(log.add(denial("r", {"a b"})));
  CHECK(log.add(denial("r", {"a", "b", ""})));
  CHECK(log.add(denial("r", {"a", "b"}, {"sh", "make"})));
  CHECK(log.all().size() == 5);
}

TEST_CASE("a loop of different denials fills no memory, and known ones are counted still") {
  DenialLog log;
  for (int i = 0; i < 3000; ++i) log.add(denial("r", {"x", std::to_string(i)}));
  CHECK(log.all().size() == 1000);
  log.add(denial("r", {"x", "0"}));
  CHECK(log.all().front().times == 2);
}

TEST_CASE("of a long command line the beginning is kept, and of many of them few") {
  DenialLog log;
  const std::string kilobyte(1000, 'x');
  CHECK(log.add(denial("r", {"touch", std::string(130'000, 'x') + "€", "more"})));
  CHECK(log.all().front().argv.size() == 2);
  CHECK(log.all().front().argv.back().size() < 4096);
  CHECK(log.all().front().argv.back().ends_with("x…"));
  for (int i = 0; i < 500; ++i) log.add(denial("r", {std::to_string(i), kilobyte, kilobyte, kilobyte}));
  CHECK(log.all().size() < 100);
  CHECK(log.all().size() > 60);
}
