#include "mcp/stdio.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <csignal>

#include "sandbox/sys/fd.h"

using namespace std::chrono_literals;

namespace {

/// A client at the other ends of two pipes.
struct Client {
  sys::Reactor reactor;
  sys::Pipe in = sys::make_pipe(), out = sys::make_pipe();
  std::vector<std::string> lines;
  int too_long = 0, ended = 0, gone = 0;
  mcp::Stdio stdio{reactor,
                   in.read_end.get(),
                   out.write_end.get(),
                   {[this](std::string line) { lines.push_back(std::move(line)); }, [this] { ++too_long; },
                    [this] {
                      ++ended;
                      reactor.stop();
                    },
                    [this] {
                      ++gone;
                      reactor.stop();
                    }}};

  void say(std::string_view bytes) const { sys::write_all(in.write_end.get(), bytes, "the pipe"); }
  void run_for(std::chrono::milliseconds time) {
    const sys::Watch end = reactor.at(sys::BootClock::now() + time, [this] { reactor.stop(); });
    reactor.run();
  }
};

}  // namespace

TEST_CASE("lines come whole, however they were cut, and empty ones not at all") {
  Client client;
  client.say("{\"a\"");
  client.run_for(5ms);
  CHECK(client.lines.empty());
  client.say(":1}\r\n\n\r\nsecond\nthi");
  client.run_for(5ms);
  CHECK(client.lines == std::vector<std::string>{"{\"a\":1}", "second"});
  client.in.write_end.close();
  client.run_for(1s);
  CHECK(client.ended == 1);
  CHECK(client.lines.size() == 2);  // what was cut off is no message
}

TEST_CASE("a line that is too long is passed over, and the next one is read") {
  Client client;
  const sys::Fd writer = sys::duplicate(client.in.write_end.get());
  sys::set_nonblocking(writer.get(), true);
  std::string text(mcp::Stdio::max_line + 100'000, 'x');
  text += "\nnext\n";
  std::size_t written = 0;
  const sys::Watch writing = client.reactor.watch(writer.get(), 4 /* POLLOUT */, [&](int) {
    const ssize_t count = ::write(writer.get(), text.data() + written, text.size() - written);
    if (count > 0) written += static_cast<std::size_t>(count);
    if (written == text.size()) client.in.write_end.close();
    if (client.lines.size() == 1) client.reactor.stop();
  });
  client.run_for(20s);
  CHECK(client.too_long == 1);
  CHECK(client.lines == std::vector<std::string>{"next"});
}

TEST_CASE("a client that does not read is not read either, and misses nothing") {
  Client client;
  const std::string big(1024 * 1024, 'y');
  for (int i = 0; i < 10; ++i) client.stdio.send(big);
  client.say("held back\n");
  client.run_for(20ms);
  CHECK(client.lines.empty());
  std::size_t received = 0;
  const sys::Watch reading = client.reactor.watch(client.out.read_end.get(), 1 /* POLLIN */, [&](int) {
    std::string chunk(65536, '\0');
    const ssize_t count = ::read(client.out.read_end.get(), chunk.data(), chunk.size());
    if (count > 0) received += static_cast<std::size_t>(count);
    if (received == 10 * (big.size() + 1) && !client.lines.empty()) client.reactor.stop();
  });
  client.run_for(20s);
  CHECK(received == 10 * (big.size() + 1));
  CHECK(client.lines == std::vector<std::string>{"held back"});
}

TEST_CASE("a client that closed its half only hears what is said after that") {
  Client client;
  client.say("question\n");
  client.in.write_end.close();
  client.run_for(1s);
  CHECK(client.ended == 1);
  CHECK(client.gone == 0);
  CHECK(client.lines == std::vector<std::string>{"question"});
  client.stdio.send("answer");
  std::string heard(16, '\0');
  heard.resize(static_cast<std::size_t>(::read(client.out.read_end.get(), heard.data(), heard.size())));
  CHECK(heard == "answer\n");
}

TEST_CASE("a client that closed both halves is gone, once, whoever notices first") {
  Client client;
  std::signal(SIGPIPE, SIG_IGN);  // as in main
  SUBCASE("the reader") {
    client.out.read_end.close();
    client.in.write_end.close();
    client.run_for(1s);
  }
  SUBCASE("the writer") {
    client.out.read_end.close();
    client.stdio.send("answer");
    client.in.write_end.close();
    client.run_for(10ms);
  }
  client.stdio.send("late");
  CHECK(client.gone == 1);
  CHECK(client.ended == 0);
}
