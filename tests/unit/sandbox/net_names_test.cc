#include <doctest/doctest.h>

#include <set>

#include "sandbox/net/names.h"

namespace sandbox {
namespace {

TEST_CASE("a name keeps its addresses, and no two names have the same") {
  Names names;
  std::set<std::string> addresses;
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "n" + std::to_string(i) + ".example";
    const auto number = names.number_of(name);
    REQUIRE(number);
    CHECK(names.number_of(name) == number);
    addresses.insert(address_text(ipv4_of(*number)));
    addresses.insert(address_text(ipv6_of(*number)));
    for (const Endpoint& address : {ipv4_of(*number), ipv6_of(*number)}) {
      CHECK(is_synthetic(address));
      REQUIRE(names.name_at(address) != nullptr);
      CHECK(*names.name_at(address) == name);
    }
  }
  CHECK(addresses.size() == 2000);
  CHECK(addresses.contains("198.18.0.1"));
  CHECK(addresses.contains("fd67:6174:6568::1"));
}

TEST_CASE("an address that nobody was given has no name") {
  Names names;
  names.number_of("a.example");
  for (const char* address : {"198.18.0.0", "198.18.0.2", "198.19.0.1", "10.0.0.1",
                              "fd67:6174:6568::", "fd67:6174:6568::2", "fd67:6174:6568:1::1", "::1"})
    CHECK_MESSAGE(names.name_at(*read_address(address, 80)) == nullptr, address);
}

TEST_CASE("when addresses are used up no name gets one, and those that have one keep it") {
  Names names;
  for (Names::Number i = 0; i < Names::most; ++i) REQUIRE(names.number_of(std::to_string(i)));
  CHECK_FALSE(names.number_of("one.more"));
  CHECK(*names.name_at(ipv4_of(*names.number_of("7"))) == "7");
}

}  // namespace
}  // namespace sandbox
