#include "shelltool/session/capture.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include "sandbox/sys/error.h"
#include "tests/unit/temporary.h"

using namespace std::chrono_literals;
using shelltool::Capture;

namespace {

void feed(Capture& capture, const std::string& bytes) {
  constexpr std::size_t fits_a_pipe = 16 * 1024;
  for (std::size_t at = 0; at < bytes.size(); at += fits_a_pipe) {
    sys::write_all(capture.write_end(), std::string_view(bytes).substr(at, fits_a_pipe), "a pipe");
    capture.drain();
  }
}

std::string numbers(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += std::to_string(i) + "\n";
  return text;
}

}  // namespace

TEST_CASE("output within the bounds is kept whole, in order, and no file is made") {
  const tests::TemporaryDirectory dir;
  sys::Reactor reactor;
  Capture capture(reactor, {10, 20, dir / "d/whole"});
  feed(capture, "0123456789");
  CHECK(capture.head() == "0123456789");
  CHECK(capture.tail().empty());
  feed(capture, "abcdefghijklmnopqrst");
  CHECK(capture.tail() == "abcdefghijklmnopqrst");
  CHECK(capture.text() == "0123456789abcdefghijklmnopqrst");
  CHECK(capture.total() == 30);
  CHECK(capture.left_out() == 0);
  CHECK_FALSE(capture.truncated());
  CHECK(capture.kept_in().empty());
  CHECK_FALSE(std::filesystem::exists(dir / "d"));
}

TEST_CASE("of more than that the beginning and the end are kept, and the middle is counted") {
  sys::Reactor reactor;
  Capture capture(reactor, {10, 20});
  const std::string text = numbers(30'000);
  feed(capture, text);
  CHECK(capture.head() == text.substr(0, 10));
  CHECK(capture.tail() == text.substr(text.size() - 20));
  CHECK(capture.total() == text.size());
  CHECK(capture.left_out() == text.size() - 30);
  CHECK(capture.truncated());
  CHECK(capture.text() ==
        fmt::format("{}\n[{} bytes left out]\n{}", capture.head(), text.size() - 30, capture.tail()));
}

TEST_CASE("the file has the whole, from the first byte, and is the owner's alone") {
  const tests::TemporaryDirectory dir;
  sys::Reactor reactor;
  Capture capture(reactor, {10, 20, dir / "new/whole"});
  const std::string text = numbers(30'000);
  feed(capture, text);
  CHECK(capture.kept_in() == dir / "new/whole");
  CHECK(sys::read_file(dir / "new/whole", 1 << 20) == text);
  struct stat facts {};
  REQUIRE(::stat((dir / "new/whole").c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
}

TEST_CASE("the file has a bound, and what comes behind it is counted all the same") {
  const tests::TemporaryDirectory dir;
  sys::Reactor reactor;
  const std::string text = numbers(30'000);
  Capture capture(reactor, {10, 20, dir / "whole", 50'000});
  feed(capture, text);
  CHECK(sys::read_file(dir / "whole", 1 << 20) == text.substr(0, 50'000));
  CHECK(capture.total() == text.size());
  CHECK_FALSE(capture.is_kept_whole());
  Capture tiny(reactor, {10, 20, dir / "tiny", 5});
  feed(tiny, text);
  CHECK(sys::read_file(dir / "tiny", 1 << 20) == text.substr(0, 5));
}

TEST_CASE("a file that cannot be written costs the copy, not the output, and nothing is overwritten") {
  const tests::TemporaryDirectory dir;
  dir.write("mine", "before");
  sys::Reactor reactor;
  Capture capture(reactor, {10, 20, dir / "mine"});
  const std::string text = numbers(1000);
  feed(capture, text);
  CHECK(capture.kept_in().empty());
  CHECK(capture.tail() == text.substr(text.size() - 20));
  CHECK(sys::read_file(dir / "mine", 100) == "before");
}

TEST_CASE("the reactor reads as the output comes, until the last writer is gone") {
  sys::Reactor reactor;
  Capture capture(reactor);
  sys::write_all(capture.write_end(), "hello", "a pipe");
  const sys::Watch close = reactor.at(sys::BootClock::now() + 5ms, [&] {
    CHECK(capture.head() == "hello");
    CHECK_FALSE(capture.ended());
    capture.close_write_end();
  });
  const sys::Watch end = reactor.at(sys::BootClock::now() + 20ms, [&] { reactor.stop(); });
  reactor.run();
  CHECK(capture.ended());
  CHECK(capture.text() == "hello");
}

TEST_CASE("a pipe that is written to all the time does not hold up who drains it") {
  sys::Reactor reactor;
  Capture capture(reactor, {10, 20});
  const sys::Fd writer = sys::duplicate(capture.write_end());
  std::atomic<bool> stop = false;
  std::thread flood([&] {
    const std::string chunk(4096, 'y');
    while (!stop && ::write(writer.get(), chunk.data(), chunk.size()) > 0) {
    }
  });
  const auto before = std::chrono::steady_clock::now();
  while (capture.total() == 0) capture.drain();
  for (int i = 0; i < 10; ++i) capture.drain();
  capture.finish();
  const auto took = std::chrono::steady_clock::now() - before;
  stop = true;
  capture.drain();  // the flood may sit in a full pipe
  flood.join();
  CHECK(took < 2s);
  CHECK_FALSE(capture.ended());
}
