#include "sandbox/sys/reactor.h"

#include <doctest/doctest.h>
#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <thread>

#include "sandbox/sys/process.h"

using namespace std::chrono_literals;

TEST_CASE("deadlines run in their order, whatever the order they were set in") {
  sys::Reactor reactor;
  std::string order;
  const auto now = sys::BootClock::now();
  const sys::Watch late = reactor.at(now + 20ms, [&] {
    order += "b";
    reactor.stop();
  });
  const sys::Watch early = reactor.at(now + 5ms, [&] { order += "a"; });
  const sys::Watch past = reactor.at(now - 1s, [&] { order += "0"; });
  reactor.run();
  CHECK(order == "0ab");
}

TEST_CASE("a deadline whose watch is gone does not run") {
  sys::Reactor reactor;
  bool ran = false;
  {
    const sys::Watch gone = reactor.at(sys::BootClock::now(), [&] { ran = true; });
  }
  const sys::Watch end = reactor.at(sys::BootClock::now() + 5ms, [&] { reactor.stop(); });
  reactor.run();
  CHECK_FALSE(ran);
}

TEST_CASE("a callback may end its own watch and others of the same round") {
  sys::Reactor reactor;
  auto one = sys::make_pipe();
  auto two = sys::make_pipe();
  sys::write_all(one.write_end.get(), "x", "a pipe");
  sys::write_all(two.write_end.get(), "x", "a pipe");
  int calls = 0;
  sys::Watch first;
  sys::Watch second;
  const auto once = [&](int) {
    ++calls;
    first.cancel();
    second.cancel();
  };
  first = reactor.watch(one.read_end.get(), POLLIN, once);
  second = reactor.watch(two.read_end.get(), POLLIN, once);
  const sys::Watch end = reactor.at(sys::BootClock::now() + 10ms, [&] { reactor.stop(); });
  reactor.run();
  CHECK(calls == 1);
}

TEST_CASE("an error in a callback reaches the error handler and the loop goes on") {
  sys::Reactor reactor;
  std::string caught;
  reactor.on_error([&](const std::exception& error) { caught = error.what(); });
  const sys::Watch bad = reactor.at(sys::BootClock::now(), [] { throw std::runtime_error("broken"); });
  const sys::Watch end = reactor.at(sys::BootClock::now() + 5ms, [&] { reactor.stop(); });
  reactor.run();
  CHECK(caught == "broken");
}

TEST_CASE("post() from another thread wakes the loop") {
  sys::Reactor reactor;
  std::thread other([&] { reactor.post([&] { reactor.stop(); }); });
  reactor.run();
  other.join();
}

TEST_CASE("the end of a process is an event") {
  sys::Reactor reactor;
  sys::Child child = sys::spawn({{"sh", "-c", "exit 3"}, {}, {}});
  sys::ExitStatus status;
  const sys::Watch end = reactor.on_exit(child.pidfd(), [&] {
    status = child.wait();
    reactor.stop();
  });
  reactor.run();
  CHECK(status.code == 3);
}

TEST_CASE("a signal is an event") {
  sys::Reactor reactor;
  int got = 0;
  const sys::Watch watch = reactor.on_signals({SIGUSR1}, [&](int signal) {
    got = signal;
    reactor.stop();
  });
  ::kill(::getpid(), SIGUSR1);
  reactor.run();
  CHECK(got == SIGUSR1);
}

TEST_CASE("a watch may outlive its reactor") {
  sys::Watch watch;
  {
    sys::Reactor reactor;
    watch = reactor.at(sys::BootClock::now() + 1h, [] {});
  }
  watch.cancel();
  CHECK_FALSE(watch);
}
