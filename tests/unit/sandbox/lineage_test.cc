#include "sandbox/gate/lineage.h"

#include <doctest/doctest.h>

namespace {

sandbox::Fingerprint fingerprint(std::uint64_t number) { return {number, 1}; }

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

TEST_CASE("a program that is asked after is not forgotten, however many come and go") {
  sandbox::Lineage lineage;
  lineage.add(fingerprint(0), program("make"));
  lineage.add(fingerprint(1), program("old"));
  for (std::uint64_t i = 2; i < 40'000; ++i) {
    lineage.add(fingerprint(i), program("cc"));
    REQUIRE(lineage.find(fingerprint(0)) != nullptr);
  }
  CHECK(lineage.find(fingerprint(1)) == nullptr);
}
