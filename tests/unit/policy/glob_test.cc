#include "policy/glob.h"

#include <doctest/doctest.h>

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
  const std::vector<std::vector<std::string>> rows = tests::table_of("wildmatch.tsv");
  CHECK(rows.size() > 180);
  for (const std::vector<std::string>& row : rows) {
    REQUIRE(row.size() == 6);
    CAPTURE(row[4]);
    CAPTURE(row[5]);
    CHECK(matches<PathGlob>(row[5], row[4]) == (row[0] == "1"));
    CHECK(matches<WordGlob>(row[5], row[4]) == (row[2] == "1"));
  }
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
  std::string stars;
  for (int star = 0; star < 1000; ++star) stars += "a*";
  const std::string name(2000, 'a');
  CHECK_FALSE(WordGlob(stars + "b").matches(name));
  std::string hostile;
  for (int level = 0; level < 20; ++level) hostile += "/**/*" + stars + "b";
  for (int level = 0; level < 20; ++level) deep += "/" + name;
  CHECK_FALSE(PathGlob(hostile).covers(deep));
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
