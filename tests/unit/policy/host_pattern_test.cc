#include "policy/host_pattern.h"

#include <doctest/doctest.h>

#include <vector>

#include "sandbox/sys/error.h"

namespace policy {
namespace {

bool matches(const std::string& pattern, const std::string& host) {
  return HostPattern(pattern).matches(host, read_address(host));
}

TEST_CASE("a name is one host, in any case and with or without the dot at its end") {
  for (const char* host : {"registry.example", "Registry.EXAMPLE", "registry.example."})
    for (const char* pattern : {"registry.example", "REGISTRY.example."}) CHECK(matches(pattern, host));
  for (const char* host : {"a.registry.example", "registry.example.org", "xregistry.example", "registry", ""})
    CHECK_FALSE(matches("registry.example", host));
}

TEST_CASE("'*.name' is every name below it, and not the name itself") {
  for (const char* host : {"a.packages.example", "A.b.Packages.example."})
    CHECK(matches("*.packages.example", host));
  for (const char* host :
       {"packages.example", ".packages.example", "xpackages.example", "a.packages.example.org"})
    CHECK_FALSE(matches("*.packages.example", host));
}

TEST_CASE("addresses and networks match addresses") {
  struct Case {
    std::string pattern;
    std::vector<std::string> yes, no;
  };
  const Case cases[] = {
      {"10.1.2.3", {"10.1.2.3", "::ffff:10.1.2.3"}, {"10.1.2.4", "10.1.2.3.example"}},
      {"10.0.0.0/8",
       {"10.0.0.0", "10.255.255.255", "::ffff:a00:1"},
       {"11.0.0.0", "9.255.255.255", "::a00:1"}},
      {"10.64.0.0/10", {"10.64.0.0", "10.127.255.255"}, {"10.63.255.255", "10.128.0.0"}},
      {"0.0.0.0/0", {"1.2.3.4", "::ffff:1.2.3.4"}, {"::1"}},
      {"192.0.2.7/32", {"192.0.2.7"}, {"192.0.2.6"}},
      {"::1", {"::1", "0:0:0:0:0:0:0:1"}, {"::2", "0.0.0.1"}},
      {"2001:db8::/33", {"2001:db8::1", "2001:db8:7fff::"}, {"2001:db8:8000::", "2001:db9::"}},
      {"::/0", {"::1", "2001:db8::1"}, {"1.2.3.4", "::ffff:1.2.3.4"}},
      {"::ffff:10.0.0.0/104", {"10.9.8.7", "::ffff:10.9.8.7"}, {"11.0.0.0"}},
  };
  for (const Case& each : cases) {
    CAPTURE(each.pattern);
    for (const std::string& host : each.yes) {
      CAPTURE(host);
      CHECK(matches(each.pattern, host));
    }
    for (const std::string& host : each.no) {
      CAPTURE(host);
      CHECK_FALSE(matches(each.pattern, host));
    }
  }
}

TEST_CASE("a network says nothing about a name whose address nobody knows") {
  CHECK_FALSE(HostPattern("0.0.0.0/0").matches("registry.example", std::nullopt));
  CHECK(HostPattern("10.0.0.0/8").matches("registry.example", read_address("10.0.0.1")));
}

TEST_CASE("what is no host is refused") {
  for (const char* pattern : {"",
                              ".",
                              "a..b",
                              "a b",
                              "*",
                              "*.",
                              "a.*",
                              "*a.b",
                              "-/8",
                              "10.0.0.0/",
                              "10.0.0.0/33",
                              "10.0.0.0/08",
                              "10.0.0.0/-1",
                              "10.0.0.0/8/8",
                              "10.0.0.1/8",
                              "::1/129",
                              "::ffff:0.0.0.0/95",
                              "10.0.0",
                              "010.0.0.1x.1",
                              "10.0.0.256",
                              "0x7f.0x1",
                              "[::1]",
                              "fe80::1%eth0",
                              "a:443",
                              "https://a",
                              "@a",
                              "m\xc3\xbcnchen.example"}) {
    CAPTURE(pattern);
    CHECK_THROWS_AS(HostPattern{pattern}, sys::Error);
  }
  CHECK_THROWS_AS(HostPattern(std::string(64, 'a')), sys::Error);
  CHECK_THROWS_WITH(HostPattern("10.1.2.3/8"), doctest::Contains("the network is 10.0.0.0/8"));
}

}  // namespace
}  // namespace policy
