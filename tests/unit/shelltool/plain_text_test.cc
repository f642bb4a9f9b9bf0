#include "shelltool/tools/plain_text.h"

#include <doctest/doctest.h>

#include <string>

#include "sandbox/sys/text.h"

using shelltool::plain_text;

namespace {

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sys::utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string repeated(const std::string& piece, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

TEST_CASE("a result is cut between characters, and says so") {
  CHECK(shelltool::bounded_text("short") == "short");
  std::string longest;
  while (longest.size() < 40'000) longest += "ü";
  const std::string cut = shelltool::bounded_text(longest);
  CHECK(cut.size() <= 32'000);
  CHECK(cut.ends_with("32,000 bytes)"));
  CHECK(cut.find("ü\n(cut here") != std::string::npos);
}

}  // namespace

TEST_CASE("text that is plain stays as it is, tabs and other scripts too") {
  CHECK(plain_text("") == "");
  CHECK(plain_text("one\n\ttwo\n") == "one\n\ttwo\n");
  CHECK(plain_text("naïve Ελλάδα 日本 🦊") == "naïve Ελλάδα 日本 🦊");
}

TEST_CASE("escape sequences are gone: colours, titles, links, character sets") {
  CHECK(plain_text("\x1b[1;31merror\x1b[0m: x") == "error: x");
  CHECK(plain_text("\x1b[?25lhidden\x1b[?25h\x1b[2K\x1b[1A.") == "hidden.");
  CHECK(plain_text("\x1b[38:2::1:2:3mrgb\x1b[m") == "rgb");
  CHECK(plain_text("\x1b]0;title\x07text") == "text");
  CHECK(plain_text("\x1b]8;;http://x/\x1b\\link\x1b]8;;\x1b\\.") == "link.");
  CHECK(plain_text("\x1bPq#0;2\x1b\\a\x1b_x\x1b\\b\x1b^x\x1b\\c\x1bXx\x1b\\d") == "abcd");
  CHECK(plain_text("\x1b(0\x1b)B\x1b#8\x1b"
                   "7\x1b"
                   "8\x1b=\x1b>\x1b"
                   "cplain") == "plain");
}

TEST_CASE("a sequence that is cut off takes nothing with it that is not its own") {
  CHECK(plain_text("a\x1b") == "a");
  CHECK(plain_text("a\x1b[") == "a");
  CHECK(plain_text("a\x1b[31") == "a");
  CHECK(plain_text("a\x1b]0;tit") == "a");
  CHECK(plain_text("a\x1b(") == "a");
  CHECK(plain_text("a\x1b[31\x1b[0mb") == "ab");
  CHECK(plain_text("a\x1b[31\nb") == "a\nb");
  CHECK(plain_text("a\x1b\nb") == "a\nb");
  CHECK(plain_text("a\x1b\x1b[1mb") == "ab");
  CHECK(plain_text("a\x1b[3é") == "aé");
  CHECK(plain_text("a\x1b]0;no end\nthe rest\n") == "a\nthe rest\n");
  CHECK(plain_text("a\x1b]0;no end\x1b[1mb") == "ab");
}

TEST_CASE("a line that was drawn over is the last that stood there") {
  CHECK(plain_text(" 10%\r 50%\r100%\ndone\n") == "100%\ndone\n");
  CHECK(plain_text("kept\nold\rnew") == "kept\nnew");
  CHECK(plain_text("100%\r") == "100%");
  CHECK(plain_text("old\r\x1b[Knew") == "new");
  CHECK(plain_text("one\r\ntwo\r\r\nthree\r\n") == "one\ntwo\nthree\n");
}

TEST_CASE("a step back takes a character, and never the line before") {
  CHECK(plain_text("10%\b\b\b20%") == "20%");
  CHECK(plain_text("N\bNA\bAM\bME\bE _\bx") == "NAME x");
  CHECK(plain_text("é\be日\b本") == "e本");
  CHECK(plain_text("one\n\b\b\btwo") == "one\ntwo");
}

TEST_CASE("bytes that are no UTF-8 and other control characters are written out") {
  CHECK(plain_text("\xff\xc3(") == "\\xff\\xc3(");
  CHECK(plain_text("\xed\xa0\x80") == "\\xed\\xa0\\x80");
  CHECK(plain_text("\xe2\x82") == "\\xe2\\x82");
  CHECK(plain_text("a\x01\x7f\x0c") == "a\\x01\\x7f\\x0c");
  CHECK(plain_text("\xc2\x9b"
                   "31m") == "\\xc2\\x9b31m");
}

TEST_CASE("a bell and a NUL show nothing, as on a terminal") {
  CHECK(plain_text(std::string_view("a\0b\x07"
                                    "c",
                                    5)) == "abc");
  CHECK(plain_text("\x07\x07") == "");
}

TEST_CASE("characters that reorder text are written out") {
  CHECK(plain_text("rm \xe2\x80\xaesafe") == "rm \\xe2\\x80\\xaesafe");
  CHECK(plain_text("\xe2\x81\xa6x\xe2\x81\xa9") == "\\xe2\\x81\\xa6x\\xe2\\x81\\xa9");
}

TEST_CASE("whatever the bytes, the text is valid UTF-8 without control characters") {
  std::uint32_t state = 1;
  for (int round = 0; round < 300; ++round) {
    std::string bytes;
    for (int i = 0; i < 200; ++i) {
      state = state * 1664525U + 1013904223U;
      constexpr std::string_view likely = "\x1b\x1b[]P(;0m\\\r\b\n\xc3\xa9\xe2\x80\xae";
      const std::uint32_t drawn = state >> 16U;
      bytes.push_back(drawn % 3 == 0 ? static_cast<char>(drawn >> 4U) : likely[drawn % likely.size()]);
    }
    const std::string text = plain_text(bytes);
    REQUIRE(is_utf8(text));
    for (const char c : text) REQUIRE((static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t'));
  }
}

TEST_CASE("long input takes time in proportion") {
  // With the square of it this test would not end in its time.
  for (const std::string piece : {"\x1b]", "\x1b]\n", "\x1bP\r", "\x1b[", "\r.", "a\b", "\xe2\x80", "\x1b"})
    static_cast<void>(plain_text(repeated(piece, 200'000)));
  const std::string line(1'000'000, 'x');
  CHECK(plain_text(line) == line);
}
