#include "sandbox/sys/text.h"

#include <doctest/doctest.h>

TEST_CASE("what a terminal would obey, and what is no UTF-8, becomes visible") {
  struct Row {
    std::string bytes, shown;
  };
  for (const Row& row :
       {Row{"plain ä €", "plain ä €"}, Row{"a\x1b[31m", "a\\x1b[31m"}, Row{"a\nb\tc\r", "a\\nb\\tc\\r"},
        Row{"\xff\xfe", "\\xff\\xfe"}, Row{"\xc0\xaf", "\\xc0\\xaf"}, Row{"\xed\xa0\x80", "\\xed\\xa0\\x80"},
        Row{"\xe2\x80\xae", "\\xe2\\x80\\xae"}, Row{"\xc2\x9b", "\\xc2\\x9b"},
        Row{std::string(1, '\0'), "\\x00"}, Row{"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
        Row{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}}) {
    CHECK(sys::visible(row.bytes) == row.shown);
  }
}

TEST_CASE("a word of somebody else's is quoted, visible and short, however it came") {
  CHECK(sys::shown("a b\x1b") == "'a b\\x1b'");
  CHECK(sys::shown(std::string(80, 'x')) == "'" + std::string(80, 'x') + "'");
  CHECK(sys::shown(std::string(79, 'x') + "\xc3\xa4") == "'" + std::string(79, 'x') + "…'");
  CHECK(sys::shown(std::string(1'000'000, '\x80')) == "'…'");
}

TEST_CASE("a command line is quoted as a shell would need it, and cut between characters") {
  CHECK(sys::command_line({"git", "push", "a b", "it's", ""}) == "git push 'a b' 'it'\\''s' ''");
  const std::string cut = sys::command_line({std::string(300, 'a'), "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"}, 305);
  CHECK(cut.ends_with("…"));
  CHECK(cut.size() <= 305 + 3);
  std::string_view rest = cut;
  while (!rest.empty()) {
    const std::size_t length = sys::utf8_length(rest);
    REQUIRE(length > 0);
    rest.remove_prefix(length);
  }
}

TEST_CASE("any bytes are a JSON string that says the same, as far as they are text") {
  const auto as_json = [](std::string_view bytes) {
    std::string text = "before ";
    sys::append_json(text, bytes);
    return text.substr(7);
  };
  CHECK(as_json("") == "\"\"");
  CHECK(as_json("a \"b\" \\c/\n\t\r") == R"("a \"b\" \\c/\n\t\r")");
  CHECK(as_json(std::string_view("\0\x1b\x7f", 3)) == "\"\\u0000\\u001b\x7f\"");
  CHECK(as_json("é€\xf0\x9f\x98\x80") == "\"é€\xf0\x9f\x98\x80\"");
  CHECK(as_json("\xff"
                "a\xc3") ==
        "\"\xEF\xBF\xBD"
        "a\xEF\xBF\xBD\"");
}

TEST_CASE("a text is cut between characters, and only where it is longer") {
  CHECK(sys::cut("abc", 3) == "abc");
  CHECK(sys::cut("abc", 2) == "ab");
  CHECK(sys::cut("a\xc3\xa4", 2) == "a");
  CHECK(sys::cut("\xf0\x9f\x98\x80", 3).empty());
  CHECK(sys::cut("", 0).empty());
}

TEST_CASE("the number behind a name is read as /proc writes it") {
  constexpr const char* status = "Name:\tx\nPPid:\t42\nflags:\t0100002\n";
  CHECK(sys::number_behind(status, "\nPPid:") == 42);
  CHECK(sys::number_behind(status, "flags:", 8) == 0100002);
  CHECK(sys::number_behind(status, "Tgid:") == 0);
  CHECK(sys::number_behind("PPid:", "PPid:") == 0);
}
