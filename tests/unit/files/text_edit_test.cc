#include "shelltool/files/text_edit.h"

#include <doctest/doctest.h>

#include "shelltool/files/encoding.h"
#include "tests/unit/files/scene.h"

namespace shelltool::files {
namespace {

std::string once(const std::string& content, const std::string& before, const std::string& after) {
  return edited(content, {{before, after, false}}, "/f").content;
}
std::string code(const std::string& content, const std::vector<TextEdit>& edits) {
  return tests::code_of([&] { edited(content, edits, "/f"); });
}

}  // namespace

TEST_CASE("an edit changes its place and nothing else") {
  CHECK(once("a b\nc", "b", "$&\\1") == "a $&\\1\nc");
  CHECK(once("a\n", "a\n", "") == "");
  CHECK(once("no end", "end", "end at all") == "no end at all");
  CHECK(once("\xef\xbb\xbf"
             "a",
             "a", "b") ==
        "\xef\xbb\xbf"
        "b");
  CHECK(once("\tif x:\n\t\treturn 1\n", "return 1", "return 2") == "\tif x:\n\t\treturn 2\n");
}

TEST_CASE("what is put in ends its lines as its place does") {
  CHECK(once("a\r\nb\r\n", "a\nb", "x\ny\nz") == "x\r\ny\r\nz\r\n");
  CHECK(once("a\r\nb\r\n", "b", "x\ny") == "a\r\nx\r\ny\r\n");
  CHECK(once("a\nb\r\nc\n", "b", "x\ny") == "a\nx\r\ny\r\nc\n");
  CHECK(once("a\nb\r\nc\n", "c", "x\ny") == "a\nb\r\nx\ny\n");
  CHECK(once("a\r\nb", "b", "x\ny") == "a\r\nx\r\ny");
  CHECK(once("a\nb\n", "a\r\nb\r\n", "x\r\ny\r\n") == "x\ny\n");
  CHECK(once("a\r\nb\r\n", "a\r\nb", "a\nb") == "a\nb\r\n");  // who speaks of carriage returns means them
  CHECK(once("a\r\nb\r\n", "a\r", "a") == "a\nb\r\n");
  CHECK(once("a\r\nb\r\nc", "\nb", "\nx\ny") == "a\r\nx\r\ny\r\nc");
  CHECK(edited("a\r\nb\n", {{"\n", "\r\n", true}}, "/f").content == "a\r\nb\r\n");
}

TEST_CASE("a file of UTF-8 with a stray byte keeps its characters whole") {
  const std::string stray = "bad \xff byte\n", copyright = "\u00a9", acute = "\u00e9";
  CHECK(once(copyright + " 2020 " + acute + "\n" + stray, copyright + " 2020", "(c) 2021") ==
        "(c) 2021 " + acute + "\n" + stray);
  CHECK(code("caf" + acute + "\n" + stray, {{copyright, "(c)", false}}) == "no_match");
  CHECK(once(acute + "\n" + stray, "bad", acute) == acute + "\n" + acute + " \xff byte\n");
  CHECK(once("caf\xe9\n" + stray, acute, "e") == "cafe\n" + stray);  // nothing in it is UTF-8
  CHECK(once("caf\xe9 x\n" + stray, "x", acute) == "caf\xe9 \xe9\n" + stray);
}

TEST_CASE("many places in one long line are replaced as fast as they are found") {
  std::string content, wanted;
  for (int i = 0; i < 200'000; ++i) content += "{\"key\":1},", wanted += "{\"kez\n\":1},";
  CHECK(edited(content, {{"key", "kez\n", true}}, "/f").content == wanted);
}

TEST_CASE("bytes of any encoding are matched and written as the file has them") {
  CHECK(once("gr\xfc\xdf, \xfc.\n", "gr\xc3\xbc\xc3\x9f", "\xc3\xa4") == "\xe4, \xfc.\n");
  CHECK(once("\xfc here, \xc3\xbc there\n", "\xc3\xbc there", "\xc3\xa4 there") ==
        "\xfc here, \xc3\xa4 there\n");
  CHECK(code("\xfc\n", {{"\xc3\xbc", "\xe2\x86\x92", false}}) == "encoding");
  const std::string wide = "\xff\xfe" + *encoded("a\r\nb\xe2\x82\xac\r\n", Encoding::utf16le);
  CHECK(once(wide, "b\xe2\x82\xac", "x\ny") == "\xff\xfe" + *encoded("a\r\nx\r\ny\r\n", Encoding::utf16le));
  CHECK(once({"\0\1needle\2\0", 10}, "needle", "thread") == std::string("\0\1thread\2\0", 10));
}

TEST_CASE("what stands there more than once is not guessed") {
  CHECK(code("x\ny\nx\n", {{"x", "z", false}}) == "not_unique");
  const std::string sentence = tests::sentence_of([] { edited("x\ny\nx\n", {{"x", "z", false}}, "/f"); });
  CHECK(sentence.find("2 times, in lines 1, 3") != std::string::npos);
  const EditedText all = edited("x\ny\nx\n", {{"x", "z", true}}, "/f");
  CHECK(all.content == "z\ny\nz\n");
  CHECK(all.places == 2);
}

TEST_CASE("what is not there is answered with what stands nearest") {
  const std::string content = "one\n\tif x:\n\t\treturn 1\nend\n";
  const std::string sentence = tests::sentence_of([&] {
    edited(content, {{"    if x:\n        return 1", "y", false}}, "/f");
  });
  CAPTURE(sentence);
  CHECK(sentence.find("not there") != std::string::npos);
  CHECK(sentence.find("··") != std::string::npos);  // the blanks differ, and are visible
  CHECK(code(content, {{"nothing like it", "y", false}}) == "no_match");
}

TEST_CASE("several edits are all made or none, each against the text as it is") {
  CHECK(edited("a b c", {{"c", "1", false}, {"a", "2", false}}, "/f").content == "2 b 1");
  CHECK(edited("a b", {{"a", "b", false}, {"b", "a", false}}, "/f").content == "b a");
  CHECK(code("abc", {{"ab", "x", false}, {"bc", "y", false}}) == "overlapping");
  CHECK(code("abc", {{"a", "x", false}, {"z", "y", false}}) == "no_match");
  CHECK(code("abc", {{"", "x", false}}) == "nothing_to_do");
  CHECK(code("abc", {{"a", "a", false}}) == "nothing_to_do");
}

TEST_CASE("an edit that would make a file of more than can be handled is refused") {
  const std::string content(2000, 'a');
  CHECK(code(content, {{"a", std::string(1 << 20, 'b'), true}}) == "too_big");
}

TEST_CASE("a whole new text has the form of the one before") {
  CHECK(in_form_of("a\r\nb\r\n", "x\ny\n") == "x\r\ny\r\n");
  CHECK(in_form_of("a\nb\r\n", "x\ny\n") == "x\ny\n");
  CHECK(in_form_of("\xef\xbb\xbf"
                   "a\n",
                   "x\n") ==
        "\xef\xbb\xbf"
        "x\n");
  CHECK(in_form_of("\xfc\n", "\xc3\xa4\n") == "\xe4\n");
  CHECK(in_form_of("\xfc\n", "\xe2\x86\x92\n") == "\xe2\x86\x92\n");
  CHECK(in_form_of({"\xff\xfe"
                    "a\0",
                    4},
                   "b") == std::string("\xff\xfe"
                                       "b\0",
                                       4));
  CHECK(in_form_of("", "x\n") == "x\n");
}

}  // namespace shelltool::files
