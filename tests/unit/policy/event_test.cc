#include "policy/event.h"

#include <doctest/doctest.h>

#include "sandbox/sys/error.h"

namespace policy {
namespace {

FileEvent event_of(const std::string& path) {
  return file_event(EventKind::write, path, "/ws", "/home/u", Resolve::by_name);
}

TEST_CASE("a path is one of the home, of the directory, or absolute") {
  CHECK(event_of("~/.ssh/id").file.plain == "/home/u/.ssh/id");
  CHECK(event_of("~").file.plain == "/home/u");
  CHECK(event_of("a/../b").file.plain == "/ws/b");
  CHECK(event_of("~x").file.plain == "/ws/~x");
  CHECK(event_of("/etc/passwd").file.real == std::string("/etc/passwd"));
  CHECK(event_of("x").tool == "write");
  CHECK(words_of(event_of("x")) == std::vector<std::string>{"write", "/ws/x"});
  CHECK_THROWS_AS(event_of(""), sys::Error);
}

TEST_CASE("a connection is a host and a port") {
  const NetEvent named = net_event("Registry.Example.:443");
  CHECK(named.host == "registry.example");
  CHECK_FALSE(named.address);
  CHECK(named.port == 443);
  CHECK(words_of(named) == std::vector<std::string>{"net", "registry.example:443"});
  CHECK(words_of(net_event("[::1]:80")) == std::vector<std::string>{"net", "[::1]:80"});
  CHECK(words_of(net_event("[::ffff:10.0.0.1]:80")) == std::vector<std::string>{"net", "10.0.0.1:80"});
  CHECK(net_event("10.0.0.1:65535").address == read_address("10.0.0.1"));
}

TEST_CASE("what is no host and port is refused") {
  for (const char* text : {"", "a", ":80", "a:", "a:0", "a:65536", "a:-1", "a:80x", "::1:80", "[::1]",
                           "[a]:80", "[]:80", "a b:80", "10.0.0:80", "*.a:80"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(net_event(text), sys::Error);
  }
}

}  // namespace
}  // namespace policy
