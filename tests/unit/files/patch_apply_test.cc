#include "shelltool/files/patch_apply.h"

#include <doctest/doctest.h>

namespace shelltool::files {
namespace {

Applied apply_patch(std::string_view content, std::string_view patch) {
  const Patch read = read_patch(patch);
  REQUIRE(read.changes.size() == 1);
  return apply_hunks(content, read.changes.front(), read.form);
}

std::string envelope(std::string_view hunks) {
  return "*** Begin Patch\n*** Update File: f\n" + std::string(hunks) + "*** End Patch\n";
}
std::string unified(std::string_view hunks) { return "--- a/f\n+++ b/f\n" + std::string(hunks); }

std::string by_envelope(std::string_view content, std::string_view hunks) {
  return apply_patch(content, envelope(hunks)).content;
}
std::string by_diff(std::string_view content, std::string_view hunks) {
  return apply_patch(content, unified(hunks)).content;
}

std::string fault_of(std::string_view content, const std::string& patch) {
  try {
    apply_patch(content, patch);
  } catch (const sys::Error& error) {
    return error.what();
  }
  return "applied";
}

}  // namespace

TEST_CASE("an envelope changes no byte outside of what it adds and removes") {
  CHECK(by_envelope("a\r\nb\r\nc\r\n", " a\n-b\n+x\n+y\n") == "a\r\nx\r\ny\r\nc\r\n");
  CHECK(by_envelope("a\r\nb\nc\r\n", "-a\n-b\n+x\n+y\n") == "x\r\ny\nc\r\n");
  CHECK(by_envelope("a\nb", "-a\n+x\n") == "x\nb");
  CHECK(by_envelope("a\nb", " b\n+c\n") == "a\nb\nc\n");
  CHECK(by_envelope("a\nb", "-b\n") == "a\n");
  CHECK(by_envelope("\xEF\xBB\xBF"
                    "a\nb\n",
                    "-a\n+x\n") ==
        "\xEF\xBB\xBF"
        "x\nb\n");
  CHECK(by_envelope(std::string("\xff\0\xe4\na\n\x80", 7), "-a\n+x\n") ==
        std::string("\xff\0\xe4\nx\n\x80", 7));
  CHECK(by_envelope("  a  \nb\n", " a\n-b\n+c\n") == "  a  \nc\n");
}

TEST_CASE("a hunk that could stand in several places but for indentation stands in none") {
  const std::string file = "if a:\n\tx\nelse:\n\t\tx\n";
  const std::string fault = fault_of(file, envelope("-  x\n+\ty\n"));
  CHECK(fault.find("hunk 1 of 'f' (line 3 of the patch) can stand at line 2 and at line 4") == 0);
  CHECK(by_envelope(file, "@@ else:\n-  x\n+\ty\n") == "if a:\n\tx\nelse:\n\ty\n");
  CHECK(by_envelope(file, " else:\n-  x\n+\ty\n") == "if a:\n\tx\nelse:\n\ty\n");
  CHECK(by_envelope(file, "-\t\tx\n+\ty\n") == "if a:\n\tx\nelse:\n\ty\n");
  CHECK(by_envelope("x\nx\n", "-x\n+y\n") == "y\nx\n");  // as Codex: what is equal is no guess of ours
}

TEST_CASE("an envelope's hunks are found as Codex finds them") {
  CHECK(by_envelope("x\nf\nx\n", "@@ f\n-x\n+y\n") == "x\nf\ny\n");
  CHECK(by_envelope("x\nA\nx\nB\nx\n", "@@ A\n@@ B\n-x\n+y\n") == "x\nA\nx\nB\ny\n");
  CHECK(by_envelope("x\nx\n", "@@\n-x\n+y\n@@\n-x\n+z\n") == "y\nz\n");
  CHECK(by_envelope("x\na\nx\n", "-x\n+y\n*** End of File\n") == "x\na\ny\n");
  CHECK(by_envelope("\tx\n", "-  x\n+y\n") == "y\n");
  CHECK(by_envelope("say \xE2\x80\x9Chi\xE2\x80\x9D \xE2\x80\x93 a\xC2\xA0"
                    "b\nz\n",
                    " say \"hi\" - a b\n-z\n+y\n") ==
        "say \xE2\x80\x9Chi\xE2\x80\x9D \xE2\x80\x93 a\xC2\xA0"
        "b\ny\n");
  CHECK(by_envelope("a\nb\n", "+c\n") == "a\nb\nc\n");
  CHECK(by_envelope("A\nb\n", "@@ A\n+c\n") == "A\nc\nb\n");
  CHECK(by_envelope("a\nb\n", " a\n-b\n+c\n\n\n") == "a\nc\n");
  CHECK(apply_patch("a \nb\n", envelope(" a\n-b\n+c\n")).places.front().likeness == Likeness::blanks_behind);
}

TEST_CASE("a unified diff is placed as by git apply") {
  CHECK(by_diff("1\n2\n3\n4\n", "@@ -2,3 +2,3 @@\n 2\n-3\n+x\n 4\n") == "1\n2\nx\n4\n");
  const Applied moved = apply_patch("0\n0\n1\n2\n3\n4\n", unified("@@ -2,3 +2,3 @@\n 2\n-3\n+x\n 4\n"));
  CHECK(moved.content == "0\n0\n1\n2\nx\n4\n");
  CHECK(moved.places.front().offset == 2);
  CHECK(by_diff("", "@@ -0,0 +1,2 @@\n+a\n+b\n\\ No newline at end of file\n") == "a\nb");
  CHECK(by_diff("a\nb", "@@ -1,2 +1,3 @@\n a\n-b\n\\ No newline at end of file\n+b\n+c\n") == "a\nb\nc\n");
  CHECK(by_diff("a\nb\n", "@@ -1,2 +1,2 @@\n a\n-b\n+b\n\\ No newline at end of file\n") == "a\nb");
  CHECK(by_diff("a\r\nb\nc\n", "@@ -1,3 +1,3 @@\n a\r\n-b\n+x\r\n c\n") == "a\r\nx\r\nc\n");
  CHECK(by_diff("\xEF\xBB\xBF"
                "a\nb\n",
                "@@ -1,2 +1,2 @@\n-\xEF\xBB\xBF"
                "a\n+a\n b\n") == "a\nb\n");
}

TEST_CASE("a line without an end is the last one, with nothing behind it") {
  const std::string hunk = "@@ -1,2 +1,3 @@\n a\n+x\n b\n\\ No newline at end of file\n";
  CHECK(by_diff("a\nb", hunk) == "a\nx\nb");
  CHECK(fault_of("a\nb\n", unified(hunk)).find("(no line end)") != std::string::npos);
  CHECK(by_diff("a\nb\r", "@@ -1,2 +1,2 @@\n a\n-b\r\n\\ No newline at end of file\n+c\r\n\\ No newline\n") ==
        "a\nc\r");
}

TEST_CASE("a unified diff with other line ends than the file takes those of the file") {
  CHECK(by_diff("a\r\nb\r\nc\r\n", "@@ -1,3 +1,4 @@\n a\n-b\n+x\n+y\n c\n") == "a\r\nx\r\ny\r\nc\r\n");
  CHECK(by_diff("a\nb\nc\n", "@@ -1,3 +1,3 @@\r\n a\r\n-b\r\n+x\r\n c\r\n") == "a\nx\nc\n");
}

TEST_CASE("hunks find their place after those before have moved the rest") {
  CHECK(by_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n",
                "@@ -1,3 +1,5 @@\n 1\n+x\n+y\n 2\n 3\n@@ -7,3 +9,2 @@\n 7\n-8\n 9\n") ==
        "1\nx\ny\n2\n3\n4\n5\n6\n7\n9\n");
}

TEST_CASE("a hunk that does not apply is named, with what stands nearest") {
  CHECK(fault_of("one\n\ttwo words\nthree\n", envelope("@@\n one\n-  two words here\n+x\n")) ==
        "hunk 1 of 'f' (line 3 of the patch) does not apply: nearest is line 1 (- is what the hunk says, + "
        "what "
        "the file has):\n       1  one\n-           two words here\n+      2  \\ttwo words\n");
  CHECK(fault_of("line1\nline2\n", envelope("@@\n-quite different\n+x\n"))
            .find("nothing in the file (2 lines) resembles the lines") != std::string::npos);
  CHECK(fault_of("a\nfunction foo(bar)\n", envelope("-function foo(baz)\n+x\n")).find("nearest is line 2") !=
        std::string::npos);
  CHECK(
      fault_of("a\nb\n", envelope("@@ class Nope\n-b\n+x\n")).find("no line behind line 0 is 'class Nope'") !=
      std::string::npos);
  CHECK(fault_of("a\nb\n", envelope("-b\n+x\n@@\n-a\n+y\n")).find("hunks follow the order of the file") !=
        std::string::npos);
  CHECK(fault_of("a\nb\nc\n", unified("@@ -1,2 +1,2 @@\n a\n-b\n+x\n")).find("so that it ends the file") !=
        std::string::npos);
  CHECK(fault_of("0\na\nb\n", unified("@@ -1,2 +1,2 @@\n-a\n+x\n b\n")).find("it begins the file") !=
        std::string::npos);
  CHECK(fault_of("a\nb", unified("@@ -1,2 +1,2 @@\n-a\n+x\n b\n")).find("(no line end)") !=
        std::string::npos);
  CHECK(fault_of("a\nb\n", unified("@@ -5,0 +6 @@\n+x\n"))
            .find("it only adds lines, at line 5 of a file that has 2") != std::string::npos);
}

TEST_CASE("lines that were made to be searched slowly are searched in time") {
  std::string content, hunk = "@@\n";
  for (int i = 0; i < 200'000; ++i) content += "x\n";
  for (int i = 0; i < 20'000; ++i) hunk += " x\n";
  CHECK(fault_of(content, envelope(hunk + "-y\n")).find("does not apply") != std::string::npos);
  CHECK(by_envelope(content + "y\n", hunk + "-y\n") == content);
}

}  // namespace shelltool::files
