#include "sandbox/sys/channel.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <thread>

#include "sandbox/sys/error.h"

TEST_CASE("a packet arrives whole, with its descriptors") {
  auto [a, b] = sys::make_socket_pair();
  sys::Channel ours(std::move(a));
  sys::Channel theirs(std::move(b));
  const auto pipe = sys::make_pipe();
  ours.send("one");
  ours.send(std::string(60000, 'x'), {pipe.write_end.get()});
  CHECK(theirs.receive()->bytes == "one");
  const std::optional<sys::Packet> second = theirs.receive();
  REQUIRE(second.has_value());
  CHECK(second->bytes.size() == 60000);
  REQUIRE(second->fds.size() == 1);
  sys::write_all(second->fds[0].get(), "through", "a pipe");
  char got[8] = {};
  CHECK(::read(pipe.read_end.get(), got, 7) == 7);
  CHECK(std::string(got) == "through");
}

TEST_CASE("the other side's end is no packet, and sending to it is an error") {
  auto [a, b] = sys::make_socket_pair();
  sys::Channel ours(std::move(a));
  b.close();
  CHECK_FALSE(ours.receive().has_value());
  CHECK(ours.closed());
  CHECK_THROWS_AS(ours.send("x"), sys::SysError);
}

TEST_CASE("a non-blocking channel without a packet is not closed") {
  auto [a, b] = sys::make_socket_pair();
  sys::set_nonblocking(a.get(), true);
  sys::Channel ours(std::move(a));
  CHECK_FALSE(ours.receive().has_value());
  CHECK_FALSE(ours.closed());
}

TEST_CASE("a packet that arrives while a non-blocking channel looks for one arrives whole") {
  auto [a, b] = sys::make_socket_pair();
  sys::set_nonblocking(a.get(), true);
  sys::Channel ours(std::move(a));
  sys::Channel theirs(std::move(b));
  constexpr int count = 200'000;
  std::thread sender([&] {
    for (int i = 0; i < count; ++i) theirs.send("report!!");
  });
  int whole = 0;
  int broken = 0;
  while (whole + broken < count) {
    try {
      if (ours.receive()) ++whole;
    } catch (const sys::Error&) {
      ++broken;
    }
  }
  sender.join();
  CHECK(broken == 0);
}

TEST_CASE("a packet over the limit is refused before it is sent") {
  auto [a, b] = sys::make_socket_pair();
  sys::Channel ours(std::move(a));
  CHECK_THROWS_AS(ours.send(std::string(sys::Channel::max_bytes + 1, 'x')), sys::Error);
}

TEST_CASE("what a peer said before it went is heard, also where it did not read what it was sent") {
  auto [a, b] = sys::make_socket_pair();
  sys::Channel ours(std::move(a));
  {
    sys::Channel theirs(std::move(b));
    ours.send("unread");
    theirs.send("the last word");
  }
  const auto last = ours.receive();
  REQUIRE(last);
  CHECK(last->bytes == "the last word");
  CHECK_FALSE(ours.receive());
  CHECK(ours.closed());
}
