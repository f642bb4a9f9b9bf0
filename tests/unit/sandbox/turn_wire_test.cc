#include "sandbox/launcher/turn_wire.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>

#include "sandbox/sys/error.h"
#include "tests/unit/temporary.h"

using sandbox::TurnProgram;

namespace {

std::string bytes_of(const TurnProgram& program) {
  const sys::Fd packed = sandbox::pack(program);
  return sys::read_all(packed.get(), 1 << 26, "a packed program");
}

TurnProgram unpacked(const std::string& bytes) {
  const tests::TemporaryDirectory dir;
  dir.write("program", bytes);
  const sys::Fd file = sys::open_file(dir / "program", O_RDONLY);
  return sandbox::unpack(file.get());
}

void check_round_trip(const TurnProgram& program) {
  const sys::Fd packed = sandbox::pack(program);
  const TurnProgram again = sandbox::unpack(packed.get());
  CHECK(again.argv == program.argv);
  CHECK(again.env == program.env);
  CHECK(again.cwd == program.cwd);
}

std::string count(std::uint64_t number) {
  std::string bytes(sizeof number, '\0');
  std::memcpy(bytes.data(), &number, sizeof number);
  return bytes;
}

}  // namespace

TEST_CASE("a turn's program arrives as it was sent, byte for byte") {
  check_round_trip({{"sh", "-c", "echo hello"}, {"A=1", "PATH=/bin"}, "/ws"});
  check_round_trip({{"sh", "", "\n"}, {}, "/"});
  check_round_trip({{"\xff\xfe", "\xc3"}, {"\x80=\xed\xa0\x80", ""}, "/\xff"});
  check_round_trip({std::vector<std::string>(100'000, "word"), {"A=" + std::string(1 << 20, 'x')}, "/ws"});
}

TEST_CASE("a word, a variable or a directory with a NUL byte in it is refused") {
  const std::string nul("a\0b", 3);
  const char* sentence = "starting a command: a word or variable has a NUL byte in it";
  CHECK_THROWS_WITH_AS(static_cast<void>(sandbox::pack({{"sh", nul}, {}, "/"})), sentence, sys::Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(sandbox::pack({{"sh"}, {nul}, "/"})), sentence, sys::Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(sandbox::pack({{"sh"}, {}, nul})), sentence, sys::Error);
}

TEST_CASE("a command of no words is refused before anything is started for it") {
  CHECK_THROWS_WITH_AS(static_cast<void>(sandbox::pack({{}, {"A=1"}, "/"})),
                       "starting a command: it has no words", sys::Error);
}

TEST_CASE("a program that is too large for any exec is refused") {
  try {
    static_cast<void>(sandbox::pack({{"sh", std::string(17 << 20, 'x')}, {}, "/"}));
    FAIL("it was packed");
  } catch (const sys::SysError& error) {
    CHECK(error.error_number() == E2BIG);
  }
}

TEST_CASE("what was cut off anywhere is no program, nor what has more behind it") {
  const std::string whole = bytes_of({{"sh", "-c"}, {"A=1"}, "/ws"});
  for (std::size_t length = 0; length < whole.size(); ++length)
    CHECK_THROWS_AS(unpacked(whole.substr(0, length)), sys::Error);
  CHECK_THROWS_AS(unpacked(whole + "x"), sys::Error);
  CHECK(unpacked(whole).argv.size() == 2);
}

TEST_CASE("counts that lie are no program, and take no memory for it") {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  const std::string word = count(2) + "sh";
  CHECK_THROWS_AS(unpacked(count(most) + word), sys::Error);
  CHECK_THROWS_AS(unpacked(count(1) + count(most) + "sh"), sys::Error);
  CHECK_THROWS_AS(unpacked(count(1) + word + count(most) + word), sys::Error);
  CHECK_THROWS_AS(unpacked(count(0) + count(0) + word), sys::Error);
}
