#include "sandbox/net/claims.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>

#include "sandbox/net/flow.h"
#include "sandbox/net/lookup.h"

namespace sandbox {
namespace {

sys::Fd open_socket() { return sys::Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

struct Door {
  sys::Fd socket = open_socket();
  Endpoint endpoint;
  Door() {
    ::listen(socket.get(), 16);  // binds it to a port of the kernel's choice
    endpoint = *own_endpoint(socket.get());
    endpoint.bytes = read_address("127.0.0.1", 0)->bytes;
  }
  /// Who arrives next.
  [[nodiscard]] Endpoint receive() const {
    const sys::Fd arrived(::accept(socket.get(), nullptr, nullptr));
    return *peer_endpoint(arrived.get());
  }
};

int connect_to(const sys::Fd& socket, const Endpoint& to) {
  const SocketAddress address = socket_address(to, AF_INET);
  return ::connect(socket.get(), address.get(), address.size);
}

TEST_CASE("who was sent is known when he arrives, once") {
  const Door door;
  Claims claims;
  const sys::Fd socket = open_socket();
  REQUIRE(connect_to(socket, door.endpoint) == 0);
  REQUIRE(claims.add(7, sys::duplicate(socket.get())));
  const Endpoint from = door.receive();
  CHECK(claims.take(from, door.endpoint) == Claims::Number{7});
  CHECK_FALSE(claims.take(from, door.endpoint));
}

TEST_CASE("who comes by himself is nobody, and so is who arrives elsewhere") {
  const Door door, other;
  Claims claims;
  const sys::Fd sent = open_socket(), alone = open_socket();
  REQUIRE(connect_to(sent, door.endpoint) == 0);
  REQUIRE(claims.add(7, sys::duplicate(sent.get())));
  REQUIRE(connect_to(alone, door.endpoint) == 0);
  CHECK_FALSE(claims.take(*own_endpoint(alone.get()), door.endpoint));
  CHECK_FALSE(claims.take(*own_endpoint(sent.get()), other.endpoint));
}

TEST_CASE("a port that was given up takes its claim along") {
  const Door door;
  Claims claims;
  const sys::Fd first = open_socket();
  REQUIRE(connect_to(first, door.endpoint) == 0);
  const Endpoint own = *own_endpoint(first.get());
  REQUIRE(claims.add(7, sys::duplicate(first.get())));
  const sockaddr nowhere{.sa_family = AF_UNSPEC, .sa_data = {}};
  REQUIRE(::connect(first.get(), &nowhere, sizeof nowhere) == 0);  // the caller has the same socket
  CHECK_FALSE(claims.take(own, door.endpoint));
}

TEST_CASE("a claim that is forgotten is nobody's") {
  const Door door;
  Claims claims;
  const sys::Fd socket = open_socket();
  REQUIRE(connect_to(socket, door.endpoint) == 0);
  REQUIRE(claims.add(7, sys::duplicate(socket.get())));
  claims.forget(7);
  CHECK_FALSE(claims.take(*own_endpoint(socket.get()), door.endpoint));
  CHECK_FALSE(claims.add(8, open_socket()));  // it is not connected, and has no address
}

TEST_CASE("connecting does not wait, and leaves the socket's mode as it was") {
  const Door door;
  for (const int mode : {0, static_cast<int>(SOCK_NONBLOCK)}) {
    const sys::Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | mode, 0));
    const int flags = ::fcntl(socket.get(), F_GETFL);
    CHECK(connect_without_waiting(socket.get(), door.endpoint) == EINPROGRESS);
    CHECK(::fcntl(socket.get(), F_GETFL) == flags);
    CHECK(door.receive() == *own_endpoint(socket.get()));
  }
}

TEST_CASE("addresses are read off what getent prints, each once") {
  CHECK(addresses_in("192.0.2.1       STREAM a.example\n192.0.2.1       DGRAM  \n192.0.2.1       RAW    \n"
                     "2001:db8::1     STREAM \nfe80::1%eth0    STREAM \nnonsense\n") ==
        std::vector<std::string>{"192.0.2.1", "2001:db8::1"});
  CHECK(addresses_in("").empty());
}

}  // namespace
}  // namespace sandbox
