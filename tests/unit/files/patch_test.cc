#include "shelltool/files/patch.h"

#include <doctest/doctest.h>

namespace shelltool::files {
namespace {

using Kind = FileChange::Kind;

std::string fault_of(std::string_view text) {
  try {
    read_patch(text);
  } catch (const PatchError& error) {
    return error.what();
  }
  return "read";
}

FileChange only_change(std::string_view text) {
  Patch patch = read_patch(text);
  REQUIRE(patch.changes.size() == 1);
  return patch.changes.front();
}

/// The names and kinds of a unified diff's changes: "update x", "move x to y".
std::string changes_of(std::string_view text) {
  std::string list;
  for (const FileChange& change : read_patch(text).changes) {
    static constexpr const char* names[] = {"create", "update", "remove", "move", "copy"};
    list += list.empty() ? "" : ", ";
    list += std::string(names[static_cast<int>(change.kind)]) + " " + change.path;
    if (!change.to.empty()) list += " to " + change.to;
    if (change.executable) list += *change.executable ? " +x" : " -x";
    if (!change.hunks.empty()) list += " (" + std::to_string(change.hunks.size()) + ")";
  }
  return list;
}

}  // namespace

TEST_CASE("an envelope says what becomes of each file") {
  CHECK(changes_of(
            "*** Begin Patch\n*** Add File: a b.txt\n+x\n+\n*** Delete File: d\n"
            "*** Update File: u\n@@\n-a\n+b\n@@ f()\n x\n-y\n*** Update File: old\n*** Move to: new\n-a\n"
            "*** End Patch\n") == "create a b.txt (1), remove d, update u (2), move old to new (1)");
  const FileChange change = only_change(
      "*** Begin Patch\n*** Update File: u\n@@ class A\n@@   def f\n\n-a\n+b\n*** End of File\n*** End "
      "Patch");
  const Hunk& hunk = change.hunks.front();
  CHECK(hunk.anchors == std::vector<std::string>{"class A", "  def f"});
  CHECK(hunk.is_at_end);
  CHECK(hunk.lines.size() == 3);
  CHECK(hunk.at_line == 3);
}

TEST_CASE("what Codex takes around an envelope is taken") {
  const std::string_view body = "*** Begin Patch\n*** Delete File: d\n*** End Patch";
  CHECK(changes_of("\n\n  " + std::string(body) + "  \n\n") == "remove d");
  CHECK(changes_of("<<'EOF'\n" + std::string(body) + "\nEOF\n") == "remove d");
  CHECK(changes_of("apply_patch <<EOF\n" + std::string(body) + "\nEOF") == "remove d");
  CHECK(
      changes_of("*** Begin Patch\r\n *** Delete File: d \r\n\r\n*** Delete File: e\r\n*** End Patch\r\n") ==
      "remove d, remove e");
}

TEST_CASE("an envelope that cannot be read is refused with the line") {
  CHECK(fault_of("*** Begin Patch\n*** End Patch\n") == "line 2 of the patch: the patch changes no file");
  CHECK(fault_of("*** Begin Patch\n*** Delete File: d\n") ==
        "line 2 of the patch: the patch is not complete: its last line is '*** End Patch'");
  CHECK(
      fault_of("*** Begin Patch\n*** Updat File: d\n*** End Patch\n").find("is '*** Update File:' meant?") !=
      std::string::npos);
  CHECK(fault_of("*** Begin Patch\n*** Update File: d\n*** End Patch\n") ==
        "line 2 of the patch: the update of 'd' has no hunk");
  CHECK(fault_of("*** Begin Patch\n*** Update File: d\n@@\n*** End Patch\n").find("line 4 of the patch") ==
        0);
  CHECK(fault_of("*** Begin Patch\n*** Update File: d\n@@\n-a\nfoo\n*** End Patch\n")
            .find("line 5 of the patch: found 'foo' in a hunk") == 0);
  CHECK(fault_of("*** Begin Patch\n*** Add File: d\nfoo\n*** End Patch\n")
            .find("line 3 of the patch: found 'foo'") == 0);
  CHECK(fault_of("*** Begin Patch\n*** Add File: \n*** End Patch\n") ==
        "line 2 of the patch: '*** Add File:' names no file");
}

TEST_CASE("a unified diff of git says what becomes of each file") {
  CHECK(changes_of("From 1 Mon\nSubject: x\n---\n x | 2 +-\n\ndiff --git a/x b/x\nindex 1..2 100644\n--- "
                   "a/x\n+++ b/x\n"
                   "@@ -1 +1 @@ f\n-a\n+b\n-- \n2.39.5\n\n") == "update x (1)");
  CHECK(
      changes_of(
          "diff --git a/n b/n\nnew file mode 100755\nindex 0..1\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+a\n"
          "diff --git a/g b/g\ndeleted file mode 100644\nindex 1..0\n--- a/g\n+++ /dev/null\n@@ -1 +0,0 "
          "@@\n-a\n"
          "diff --git a/m b/m\nold mode 100644\nnew mode 100755\n"
          "diff --git a/e b/e\nnew file mode 100644\nindex 0..0\n") ==
      "create n +x (1), remove g (1), update m +x, create e -x");
  CHECK(changes_of(
            "diff --git a/o b/n\nsimilarity index 100%\nrename from o\nrename to n\n"
            "diff --git a/o b/c d\nsimilarity index 90%\ncopy from o\ncopy to c d\n--- a/o\n+++ b/c d\t\n"
            "@@ -1 +1 @@\n-a\n+b\n") == "move o to n, copy o to c d (1)");
}

TEST_CASE("names in a unified diff lose only the prefixes that git adds") {
  const std::string hunk = "\n@@ -1 +1 @@\n-a\n+b\n";
  CHECK(changes_of("--- a/x\n+++ a/x" + hunk) == "update a/x (1)");
  CHECK(changes_of("--- i/x\n+++ w/x" + hunk) == "update x (1)");
  CHECK(changes_of("--- src/x\t2026-01-01 00:00:00\n+++ src/x\t2026-01-01 00:00:01" + hunk) ==
        "update src/x (1)");
  CHECK(changes_of("--- x.orig\n+++ x" + hunk) == "update x (1)");
  CHECK(changes_of("--- \"a/\\303\\244\\t\\\"\"\n+++ \"b/\\303\\244\\t\\\"\"" + hunk) ==
        "update \xC3\xA4\t\" (1)");
  CHECK(changes_of("--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+b\n") == "create x (1)");
  CHECK(fault_of("--- a/x\n+++ b/y" + hunk).find("the old name 'x' and the new name 'y' differ") !=
        std::string::npos);
}

TEST_CASE("a unified diff that cannot be read is refused with the line") {
  const std::string names = "--- a/x\n+++ b/x\n";
  CHECK(
      fault_of("") ==
      "line 1 of the patch: neither '*** Begin Patch' nor the '--- ' and '+++ ' of a unified diff are there");
  CHECK(fault_of("@@ -1 +1 @@\n-a\n+b\n").find("line 1 of the patch: a hunk without") == 0);
  CHECK(fault_of(names).find("a hunk of 'x' is due") != std::string::npos);
  CHECK(fault_of(names + "@@\n-a\n+b\n").find("line 3 of the patch: found '@@' where") == 0);
  CHECK(fault_of(names + "@@ -1,2 +1 @@\n-a\n+b\n") ==
        "line 5 of the patch: the hunk of line 3 ends 1 old and 0 new lines before what its '@@' counts");
  CHECK(fault_of(names + "@@ -1 +1,3 @@\n-a\n-b\n")
            .find("line 5 of the patch: the hunk of line 3 has more old lines") == 0);
  CHECK(
      fault_of(names + "@@ -1 +1 @@\n-a\n+b\n+c\n").find("line 6 of the patch: the hunk goes on with '+c'") ==
      0);
  CHECK(fault_of(names + "@@ -1 +1,2 @@\n-a\n+b\n\\ No newline at end of file\n+c\n") ==
        "line 7 of the patch: the hunk of line 3 goes on behind a line without an end");
  CHECK(fault_of(names + "@@ -1,99999999999999999999999 +1 @@\n-a\n").find("line 3 of the patch: found") ==
        0);
  CHECK(fault_of("diff --git a/x b/x\nindex 1..2\nGIT binary patch\nliteral 1\n")
            .find("line 3 of the patch: a binary patch is not applied") == 0);
  CHECK(fault_of("Binary files a/x and b/x differ\n").find("line 1 of the patch: a binary patch") == 0);
  CHECK(fault_of("diff --git a/x b/x\nnew file mode 120000\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+y\n")
            .find("line 2 of the patch: a symbolic link") == 0);
  CHECK(fault_of("diff --git a/x b/x\nindex 1..2\n").find("nothing is said of what changes in") !=
        std::string::npos);
}

TEST_CASE("a hunk's lines have the ends that the diff shows") {
  const FileChange change =
      only_change("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\r\n-b\n\\ No newline at end of file\n+c");
  const auto& lines = change.hunks.front().lines;
  CHECK(lines[0].end == LineEnd::crlf);
  CHECK(lines[1].end == LineEnd::none);
  CHECK(lines[2].end == LineEnd::lf);
}

}  // namespace shelltool::files
