/// Patches, spoiled: whatever stands there, it is read and placed, or refused with a sentence.

#include <doctest/doctest.h>

#include <filesystem>

#include "shelltool/files/patch_plan.h"
#include "tests/unit/data.h"
#include "tests/unit/policy/made_up.h"

namespace shelltool::files {
namespace {

using tests::Random;
using tests::rounds;

constexpr const char* pieces[] = {"*** Begin Patch\n",
                                  "*** End Patch\n",
                                  "*** Update File: f\n",
                                  "*** Add File: g\n",
                                  "*** Delete File: f\n",
                                  "*** Move to: h\n",
                                  "*** End of File\n",
                                  "@@\n",
                                  "@@ a\n",
                                  "--- a/f\n",
                                  "+++ b/f\n",
                                  "--- /dev/null\n",
                                  "+++ /dev/null\n",
                                  "@@ -1,2 +1,2 @@\n",
                                  "@@ -0,0 +1 @@\n",
                                  "@@ -18446744073709551615,1 +18446744073709551615 @@\n",
                                  "diff --git a/f b/f\n",
                                  "rename from f\n",
                                  "rename to g\n",
                                  "copy from f\n",
                                  "copy to g\n",
                                  "new mode 100755\n",
                                  "deleted file mode 100644\n",
                                  "new file mode 100644\n",
                                  "\\ No newline at end of file\n",
                                  "GIT binary patch\n",
                                  " a\n",
                                  "-a\n",
                                  "+b\n",
                                  "\n",
                                  "\r\n",
                                  "<<'EOF'\n",
                                  "EOF\n",
                                  "\xff\xfe",
                                  "\"a/\\",
                                  "\t",
                                  "-",
                                  "+",
                                  "@@",
                                  "a"};

std::vector<std::string> known_patches() {
  std::vector<std::string> patches{
      "diff --git a/f b/g\nsimilarity index 90%\nrename from f\nrename to g\n--- a/f\n+++ b/g\n@@ -1,3 +1,3 "
      "@@\n a\n-b\n+x\n c\n",
      "--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n a\n+x\n b\n@@ -3 +4 @@\n-c\n\\ No newline at end of file\n+d\n"};
  for (const auto& entry : std::filesystem::directory_iterator(tests::data_file("apply_patch")))
    if (entry.is_directory())
      patches.push_back(
          tests::text_of_data("apply_patch/" + entry.path().filename().string() + "/patch.txt"));
  std::sort(patches.begin(), patches.end());
  return patches;
}

std::string spoiled(std::string text, Random& random) {
  for (std::size_t left = 1 + random() % 4; left > 0; --left) {
    const std::size_t at = random() % (text.size() + 1);
    switch (random() % 5) {
      case 0:
        text.insert(at, tests::pick(random, pieces));
        break;
      case 1:
        text.erase(at, random() % 12);
        break;
      case 2:
        text.insert(at, 1, static_cast<char>(random() % 256));
        break;
      case 3:
        text.insert(at, text.substr(random() % (text.size() + 1), random() % 60));
        break;
      default:
        text.resize(at);
        break;
    }
  }
  return text;
}

/// Lines of `text` that no hunk names are in what becomes of it, in their order.
bool keeps_what_is_not_named(const Patch& patch, const std::string& text, const std::string& made) {
  std::size_t at = 0;
  for (const TextLine& line : lines_of(text)) {
    bool is_named = false;
    for (const FileChange& change : patch.changes)
      for (const Hunk& hunk : change.hunks)
        for (const PatchLine& l : hunk.lines)
          is_named = is_named || (l.sign == PatchLine::Sign::remove &&
                                  without_blanks_around(l.text) == without_blanks_around(line.text));
    if (is_named) continue;
    at = made.find(line.text, at);
    if (at == std::string::npos) return false;
    at += line.text.size();
  }
  return true;
}

}  // namespace

TEST_CASE("a spoiled patch is refused with a sentence, or does what can be read in it") {
  const std::string text = "a\nb\r\nc\nline1\nline2\nold content\nunnamed";
  const std::vector<std::string> known = known_patches();
  Random random(5);
  int read = 0, planned = 0;
  for (int round = rounds(20'000); round > 0; --round) {
    const std::string patch_text = spoiled(known[random() % known.size()], random);
    CAPTURE(patch_text);
    try {
      const Patch patch = read_patch(patch_text);
      ++read;
      const PatchPlan plan = plan_patch(patch, [&](const std::string& path) {
        return path == "dir" ? FileState{FileState::Kind::directory, {}, false}
                             : FileState{FileState::Kind::regular, text, false};
      });
      if (plan.failure) {
        CHECK(plan.failure->find(" (line ") != std::string::npos);
        continue;
      }
      ++planned;
      if (patch.changes.size() > 1 || patch.changes.front().kind != FileChange::Kind::update) continue;
      CHECK(keeps_what_is_not_named(patch, text, plan.files.front().after.content));
    } catch (const PatchError& error) {
      CHECK(std::string(error.what()).starts_with("line "));
    }
  }
  CHECK(read > rounds(20'000) / 20);
  CHECK(planned > rounds(20'000) / 200);
}

TEST_CASE("huge and odd patches are answered in time") {
  std::string many = "*** Begin Patch\n";
  for (int i = 0; i < 20'000; ++i) many += "*** Add File: f" + std::to_string(i) + "\n+x\n";
  CHECK(read_patch(many + "*** End Patch\n").changes.size() == 20'000);
  CHECK_THROWS_AS(read_patch(std::string(5'000'000, '\n')), PatchError);
  CHECK_THROWS_AS(read_patch(std::string(5'000'000, '*')), PatchError);
  CHECK_THROWS_AS(read_patch("--- a/f\n+++ b/f\n@@ -1 +1 @@\n" + std::string(1'000'000, '\0')), PatchError);
  std::string open = "--- a/f\n+++ b/f\n@@ -1,300000 +1,300000 @@\n";
  for (int i = 0; i < 200'000; ++i) open += " x\n\\ No\n";
  CHECK_THROWS_AS(read_patch(open), PatchError);
}

}  // namespace shelltool::files
