#include "shelltool/setup/upstream.h"

#include <doctest/doctest.h>

#include "sandbox/sys/error.h"

namespace shelltool {
namespace {

using sandbox::Upstream;

TEST_CASE("the proxy of the environment is used unless the config names another, or none") {
  const Variables environment = {{"https_proxy", "http://user:p%40ss@Proxy.example:3128/"},
                                 {"ALL_PROXY", "socks5://other.example"},
                                 {"no_proxy", ".corp.example, *.lan,10.0.0.1"}};
  const auto upstream = upstream_of("env", environment);
  REQUIRE(upstream);
  CHECK(name_of(*upstream) == "proxy.example:3128");
  CHECK(upstream->user == "user");
  CHECK(upstream->password == "p@ss");
  CHECK(upstream->direct == std::vector<std::string>{"corp.example", "lan", "10.0.0.1"});
  CHECK_FALSE(upstream_of("none", environment));
  CHECK_FALSE(upstream_of("env", {}));
  CHECK(name_of(*upstream_of("socks5://[::1]:9", environment)) == "[::1]:9");
  CHECK(name_of(*upstream_of("env", {{"ALL_PROXY", "socks5h://s.example"}})) == "s.example:1080");
  CHECK(upstream_of("env", {{"ALL_PROXY", "socks5h://s.example"}})->kind == Upstream::Kind::socks5);
  CHECK(name_of(*upstream_of("env", {{"HTTPS_PROXY", "p.example:8080"}})) == "p.example:8080");
}

TEST_CASE("a proxy that cannot be used is named without its password") {
  for (const char* url :
       {"https://user:hidden@p.example", "ftp://user:hidden@p.example", "http://user:hidden@",
        "http://user:hidden@p.example:0", "http://user:hidden@p.example:x"}) {
    try {
      (void)upstream_of("env", {{"https_proxy", url}});
      FAIL(url);
    } catch (const sys::Error& error) {
      const std::string said = error.what();
      CHECK(said.find("https_proxy") != std::string::npos);
      CHECK(said.find("hidden") == std::string::npos);
    }
  }
}

}  // namespace
}  // namespace shelltool
