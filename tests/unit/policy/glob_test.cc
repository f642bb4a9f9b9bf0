#include "policy/glob.h"

#include <doctest/doctest.h>

#include <fstream>

#include "sandbox/sys/error.h"
#include "tests/unit/data.h"

namespace policy {
namespace {

/// As git's matcher, which answers "no match" to a pattern that we refuse.
template <class Glob>
bool matches(const std::string& pattern, const std::string& text) {
  try {
    return Glob(pattern).matches(text);
  } catch (const sys::Error&) {
    return false;
  }
}

TEST_CASE("globs match as git's wildmatch does, for paths and for words") {
  std::ifstream table(tests::data_file("wildmatch.tsv"));
  REQUIRE(table);
  int rows = 0;
  for (std::string line; std::getline(table, line); ++rows) {
    std::vector<std::string> fields;
    for (std::size_t begin = 0; begin <= line.size();) {
      const std::size_t end = std::min(line.find('\t', begin), line.size());
      fields.push_back(line.substr(begin, end - begin));
      begin = end + 1;
    }
    REQUIRE(fields.size() == 6);
    CAPTURE(line);
    CHECK(matches<PathGlob>(fields[5], fields[4]) == (fields[0] == "1"));
    CHECK(matches<WordGlob>(fields[5], fields[4]) == (fields[2] == "1"));
  }
  CHECK(rows > 180);
}

TEST_CASE("a glob that cannot be meant is refused") {
  for (const char* pattern : {"[", "[a", "a[!", "[[:digit", "[[:spaci:]]", "a\\", "[z-a]", "x[]"}) {
    CAPTURE(pattern);
    CHECK_THROWS_AS(WordGlob{pattern}, sys::Error);
    CHECK_THROWS_AS(PathGlob{pattern}, sys::Error);
  }
}

TEST_CASE("no glob takes exponential time") {  // the runner's time limit would end it
  CHECK_FALSE(WordGlob("a*a*a*a*a*a*a*a*b").matches(std::string(100'000, 'a')));
  CHECK_FALSE(WordGlob("*" + std::string(200, 'a') + "*b").matches(std::string(100'000, 'a')));
  std::string deep;
  for (int level = 0; level < 2000; ++level) deep += "/a";
  CHECK_FALSE(PathGlob("/**/a/**/a/**/a/**/a/**/b").matches(deep));
}

TEST_CASE("a quoted text matches itself and nothing else") {
  for (const char* text : {"a*b", "[x]", "a\\b", "plain", "?", "~/x y"}) {
    CHECK(WordGlob(glob_quoted(text)).matches(text));
    CHECK(WordGlob(glob_quoted(text)).literal() == std::string(text));
  }
}

TEST_CASE("globs match bytes, also those that are no UTF-8") {
  CHECK(WordGlob("a\xff*").matches("a\xff\xfe"));
  CHECK(WordGlob("?").matches("\x80"));
  CHECK(WordGlob("[!a]").matches("\xff"));
}

}  // namespace
}  // namespace policy
