#include "sandbox/gate/lineage.h"

#include <doctest/doctest.h>
#include <unistd.h>

namespace {

sandbox::Fingerprint fingerprint(std::uint64_t number) { return {{number, 1}, {number, 2}}; }

std::shared_ptr<const sandbox::Ancestor> program(const std::string& name) {
  return std::make_shared<sandbox::Ancestor>(sandbox::Ancestor{name, {}, nullptr});
}

}  // namespace

TEST_CASE("a program is found by its fingerprint, and a later one with the same replaces it") {
  sandbox::Lineage lineage;
  lineage.add(fingerprint(1), program("sh"));
  lineage.add(fingerprint(2), program("make"));
  CHECK(lineage.find(fingerprint(1))->name == "sh");
  CHECK(lineage.find(fingerprint(3)) == nullptr);
  lineage.add(fingerprint(1), program("bash"));
  CHECK(lineage.find(fingerprint(1))->name == "bash");
}

TEST_CASE("a process that cannot be read is known by where its words lie") {
  sandbox::Lineage lineage;
  lineage.add(fingerprint(1), program("python3"));
  lineage.add(fingerprint(2), program("sh"));
  CHECK(lineage.find({{}, {1, 2}})->name == "python3");
  CHECK(lineage.find({{}, {3, 2}}) == nullptr);
  CHECK(lineage.find({}) == nullptr);
}

TEST_CASE("what a process runs is not forgotten, however many come and go, and what none runs is") {
  const sandbox::Fingerprint own = sandbox::Task(::getpid()).fingerprint();
  CHECK(own.vector.first != 0);
  sandbox::Lineage lineage;
  lineage.add(own, program("make"));
  for (std::uint64_t i = 2; i < 40'000; ++i) lineage.add(fingerprint(i), program("cc"));
  CHECK(lineage.find(own) != nullptr);
  CHECK(lineage.find(fingerprint(2)) == nullptr);
  CHECK(lineage.size() < 20'000);
}

TEST_CASE("long command lines of programs that have ended fill no memory") {
  sandbox::Lineage lineage;
  for (std::uint64_t i = 1; i < 300; ++i) {
    auto one = std::make_shared<sandbox::Ancestor>(sandbox::Ancestor{"cc", {}, nullptr});
    one->image.argv.assign(1, std::string(1'000'000, 'x'));
    lineage.add(fingerprint(i), std::move(one));
  }
  CHECK(lineage.size() < 100);
}
