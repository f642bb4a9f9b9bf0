#include "shelltool/files/line_diff.h"

#include <doctest/doctest.h>

using shelltool::files::line_diff;

TEST_CASE("a diff shows what changed, with two lines around") {
  CHECK(line_diff("a\nb\n", "a\nb\n") == "");
  CHECK(line_diff("", "a\nb\n") == "@@ -0,0 +1,2 @@\n+a\n+b\n");
  CHECK(line_diff("a\n", "") == "@@ -1 +0,0 @@\n-a\n");
  CHECK(line_diff("1\n2\n3\n4\n5\n", "1\n2\n3\nx\n5\n") == "@@ -2,4 +2,4 @@\n 2\n 3\n-4\n+x\n 5\n");
  CHECK(line_diff("1\n2\n3\n4\n5\n6\n7\n8\n", "0\n1\n2\n3\n4\n5\n6\n7\n8") ==
        "@@ -1,2 +1,3 @@\n+0\n 1\n 2\n@@ -6,3 +7,3 @@\n 6\n 7\n-8\n+8\n");
}

TEST_CASE("a diff is fit for a terminal") {
  CHECK(line_diff("", "\x1b[31m\n") == "@@ -0,0 +1 @@\n+\\x1b[31m\n");
  CHECK(line_diff("", std::string(300, 'x')) == "@@ -0,0 +1 @@\n+" + std::string(200, 'x') + "…\n");
  std::string umlauts = "x";
  for (int i = 0; i < 150; ++i) umlauts += "ä";  // two bytes each
  CHECK(line_diff("", umlauts) == "@@ -0,0 +1 @@\n+" + umlauts.substr(0, 199) + "…\n");
}

TEST_CASE("texts that have nothing in common are told apart in reasonable time") {
  std::string before, after;
  for (int i = 0; i < 5000; ++i) {
    before += "a" + std::to_string(i) + "\n";
    after += "b" + std::to_string(i) + "\n";
  }
  CHECK(line_diff(before, after).size() > before.size() + after.size());
}
