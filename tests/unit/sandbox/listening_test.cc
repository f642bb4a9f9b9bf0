#include "sandbox/net/listening.h"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "sandbox/net/endpoint.h"
#include "sandbox/sys/fd.h"

namespace sandbox {
namespace {

TEST_CASE("who listens is read from the kernel's table, of IPv4 and IPv6") {
  const auto sockets = listening_in(
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
      "   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 31337 1 0 "
      "100\n"
      "   1: 0100007F:1F40 0100007F:CAFE 01 00000000:00000000 00:00000000 00000000  1000        0 31338 1 0 "
      "20\n"
      "   2: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A "
      "00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100\n"
      "broken\n\n");
  REQUIRE(sockets.size() == 2);
  CHECK(sockets[0].port == 8000);
  CHECK(sockets[0].inode == 31337);
  CHECK(sockets[1].port == 80);
  CHECK(sockets[1].inode == 4711);
}

sys::Fd listen() {
  sys::Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(::listen(socket.get(), 1) == 0);
  return socket;
}

TEST_CASE("of many servers twenty are told at once, and each is seen") {
  std::vector<sys::Fd> servers;
  std::set<std::uint16_t> ports;
  for (int i = 0; i < 200; ++i) ports.insert(own_endpoint(servers.emplace_back(listen()).get())->port);
  ListeningLook look(::getpid(), {});
  CHECK(look.look().size() == 20);
  CHECK(look.look().empty());
  for (std::size_t i = 0; i < servers.size(); i += 10) {
    const std::uint16_t port = own_endpoint(servers[i].get())->port;
    std::set<std::uint16_t> others = ports;
    others.erase(port);
    const auto found = ListeningLook(::getpid(), others).look();
    CHECK(std::any_of(found.begin(), found.end(), [port](const Listening& one) { return one.port == port; }));
  }
}

TEST_CASE("a server is told once, unless it is expected, and again when it has been gone") {
  sys::Fd server = listen();
  const std::uint16_t port = own_endpoint(server.get())->port;
  const auto tells = [port](ListeningLook& look) {
    const auto found = look.look();
    return std::any_of(found.begin(), found.end(), [port](const Listening& one) { return one.port == port; });
  };
  ListeningLook look(::getpid(), {}), expecting(::getpid(), {port});
  CHECK(tells(look));
  CHECK_FALSE(tells(look));
  CHECK_FALSE(tells(expecting));
  server.close();
  CHECK_FALSE(tells(look));
}

}  // namespace
}  // namespace sandbox
