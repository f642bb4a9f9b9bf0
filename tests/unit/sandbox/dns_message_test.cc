#include "sandbox/net/dns_message.h"

#include <doctest/doctest.h>

#include <random>

#include "sandbox/net/resolver.h"

namespace sandbox {
namespace {

std::string packet(const std::string& name, std::uint16_t type, const std::string& flags = {'\1', '\0'}) {
  std::string bytes = {'\x12', '\x34'};
  bytes += flags;
  bytes += std::string("\0\1\0\0\0\0\0\0", 8) + name + '\0';
  bytes += {'\0', static_cast<char>(type), '\0', '\1'};
  return bytes;
}

std::string name(std::initializer_list<std::string> labels) {
  std::string bytes;
  for (const std::string& label : labels) bytes += static_cast<char>(label.size()) + label;
  return bytes;
}

TEST_CASE("a question is read, in lower case, and repeated as it stood") {
  const auto question = read_question(packet(name({"WWW", "a-b_c", "Example"}), 28));
  REQUIRE(question);
  CHECK(question->id == 0x1234);
  CHECK(question->wants_recursion);
  CHECK(question->name == "www.a-b_c.example");
  CHECK(question->type == 28);
  const std::string answer = answer_to(*question, DnsCode::none, {std::string(16, '\7')});
  CHECK(answer.substr(0, 8) == std::string("\x12\x34\x81\x80\0\1\0\1", 8));
  CHECK(answer.find("WWW") != std::string::npos);
  CHECK(answer.ends_with(std::string("\0\x10", 2) + std::string(16, '\7')));
}

TEST_CASE("a name that is no host's is none") {
  for (const std::string& label : {std::string("a b"), std::string("a.b"), std::string("\0x", 2),
                                   std::string("\xff"), std::string("a/b")})
    CHECK(read_question(packet(name({label, "example"}), 1))->name.empty());
  CHECK(read_question(packet("", 1))->name.empty());
}

TEST_CASE("what is no single question is not read") {
  const std::string good = packet(name({"a", "example"}), 1);
  REQUIRE(read_question(good));
  for (std::size_t size = 0; size < good.size(); ++size) CHECK_FALSE(read_question(good.substr(0, size)));
  CHECK_FALSE(read_question(packet(name({"a"}), 1, {'\x81', '\0'})));  // an answer
  CHECK_FALSE(read_question(packet(name({"a"}), 1, {'\x29', '\0'})));  // an update
  CHECK_FALSE(read_question(packet("\xc0\x0c", 1)));                   // a pointer
  CHECK_FALSE(read_question(packet(std::string(1, '\x40') + std::string(64, 'a'), 1)));
  std::string longest;
  for (int i = 0; i < 130; ++i) longest += name({"a"});
  CHECK_FALSE(read_question(packet(longest, 1)));
  std::string two = good;
  two[5] = '\2';
  CHECK_FALSE(read_question(two));
}

TEST_CASE("whatever bytes are asked, the answer is none or one to that question") {
  std::mt19937 random(7);
  Names names;
  const std::string good = packet(name({"a", "example"}), 1);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = good + std::string(random() % 4, '\0');
    for (auto changes = random() % 6; changes > 0; --changes)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    const std::string answer = answer_by(names, {}, bytes, true);
    if (answer.empty()) continue;
    REQUIRE(answer.size() >= 12);
    CHECK(answer.substr(0, 2) == bytes.substr(0, 2));
    CHECK((static_cast<unsigned char>(answer[2]) & 0x80U) != 0);
  }
}

TEST_CASE("names have one address of each kind, and nothing else, and where nobody knew them none") {
  Names names;
  UnknownNames unknown;
  const auto answers = [&](const std::string& question, bool has_ipv6 = true) {
    return answer_by(names, unknown, question, has_ipv6);
  };
  CHECK(answers(packet(name({"a", "example"}), 1)).ends_with(std::string("\0\4\xc6\x12\0\1", 6)));
  CHECK(answers(packet(name({"A", "EXAMPLE"}), 1)).ends_with(std::string("\0\4\xc6\x12\0\1", 6)));
  CHECK(answers(packet(name({"a", "example"}), 28)).ends_with(std::string("\0\0\0\1", 4)));
  CHECK(answers(packet(name({"a", "example"}), 28), false)[7] == 0);
  CHECK(answers(packet(name({"a", "example"}), 16))[7] == 0);
  CHECK(answers(packet(name({"localhost"}), 1)).ends_with(std::string("\x7f\0\0\1", 4)));
  unknown.add("b.example", sys::BootClock::now());
  for (const std::uint16_t type : {std::uint16_t{1}, std::uint16_t{28}}) {
    CHECK((answers(packet(name({"B", "example"}), type))[3] & 0xf) == 3);
    CHECK((answers(packet(name({"a", "example"}), type))[3] & 0xf) == 0);
  }
  CHECK((answers(packet(name({"1", "0", "18", "198", "in-addr", "arpa"}), 12))[3] & 0xf) == 3);
}

}  // namespace
}  // namespace sandbox
