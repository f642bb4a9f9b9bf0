#include "shelltool/files/patch_plan.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "tests/unit/data.h"

namespace shelltool::files {
namespace {

using Files = std::map<std::string, std::string>;

Files files_below(const std::string& directory) {
  Files files;
  if (!std::filesystem::exists(directory)) return files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path());
    files[std::filesystem::relative(entry.path(), directory)] = {std::istreambuf_iterator<char>(file), {}};
  }
  return files;
}

FileState state_of(const Files& files, const std::string& path) {
  if (const auto found = files.find(path); found != files.end())
    return {FileState::Kind::regular, found->second, false};
  const auto below = files.lower_bound(path + "/");
  const bool is_directory = below != files.end() && below->first.starts_with(path + "/");
  return {is_directory ? FileState::Kind::directory : FileState::Kind::nothing, {}, false};
}

/// With `in_part`, what could be done before a failure is done, as Codex does it.
Files patched(Files files, const std::string& text, bool in_part) {
  try {
    const PatchPlan plan =
        plan_patch(read_patch(text), [&](const std::string& path) { return state_of(files, path); });
    if (plan.failure && !in_part) return files;
    for (const PlannedFile& file : plan.files) {
      if (file.after.kind == FileState::Kind::nothing) files.erase(file.path);
      if (file.after.kind == FileState::Kind::regular) files[file.path] = file.after.content;
    }
  } catch (const PatchError&) {
  }
  return files;
}

PatchPlan plan_of(const Files& files, const std::string& text) {
  return plan_patch(read_patch(text), [&](const std::string& path) { return state_of(files, path); });
}

std::string after(const PatchPlan& plan, const std::string& path) {
  for (const PlannedFile& file : plan.files)
    if (file.path == path)
      return file.after.kind == FileState::Kind::nothing ? "(nothing)" : file.after.content;
  return "(untouched)";
}

}  // namespace

TEST_CASE("every scenario of Codex' apply_patch ends as it says") {
  int scenarios = 0;
  for (const auto& entry : std::filesystem::directory_iterator(tests::data_file("apply_patch"))) {
    if (!entry.is_directory()) continue;
    const std::string name = entry.path().filename();
    CAPTURE(name);
    ++scenarios;
    const bool in_part = name.starts_with("015");
    const std::string text = tests::text_of_data("apply_patch/" + name + "/patch.txt");
    const Files input = files_below(entry.path() / "input"),
                expected = files_below(entry.path() / "expected");
    CHECK(patched(input, text, in_part) == expected);
    if (in_part) CHECK(patched(input, text, false) == input);
  }
  CHECK(scenarios == 23);
}

TEST_CASE("later changes meet what earlier ones made") {
  const PatchPlan plan = plan_of({{"a", "1\n"}},
                                 "*** Begin Patch\n*** Add File: n\n+x\n*** Update File: n\n-x\n+y\n"
                                 "*** Update File: a\n*** Move to: b\n-1\n+2\n*** Update File: b\n-2\n+3\n"
                                 "*** Add File: a\n+new\n*** End Patch\n");
  CHECK_FALSE(plan.failure);
  CHECK(after(plan, "n") == "y\n");
  CHECK(after(plan, "b") == "3\n");
  CHECK(after(plan, "a") == "new\n");
  CHECK(plan.files[1].path == "a");
  CHECK(plan.files[1].origin.empty());
  CHECK(plan.files[2].origin == "a");
}

TEST_CASE("a unified diff overwrites nothing, and removes only what it shows") {
  const Files files{{"a", "1\n2\n"}, {"b", "3\n"}};
  const auto failure = [&](const std::string& text) { return plan_of(files, text).failure.value_or("done"); };
  CHECK(failure("--- /dev/null\n+++ b/b\n@@ -0,0 +1 @@\n+x\n") ==
        "'b' is there already (line 1 of the patch)");
  CHECK(failure("diff --git a/a b/b\nrename from a\nrename to b\n") ==
        "'b' is there already (line 1 of the patch)");
  CHECK(failure("--- a/a\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-1\n-2\n") == "done");
  CHECK(failure("--- a/a\n+++ /dev/null\n@@ -1,2 +1 @@\n-1\n 2\n") ==
        "'a' has more than what the patch removes with it (line 1 of the patch)");
  CHECK(failure("--- a/n\n+++ b/n\n@@ -1 +1 @@\n-1\n+2\n") == "'n' is not there (line 1 of the patch)");
}

TEST_CASE("renames and copies of git are from the files as they were") {
  const auto rename = [](const std::string& from, const std::string& to) {
    return "diff --git a/" + from + " b/" + to + "\nrename from " + from + "\nrename to " + to + "\n";
  };
  const PatchPlan plan = plan_of({{"a", "1\n"}, {"b", "2\n"}}, rename("a", "b") + rename("b", "a"));
  CHECK_FALSE(plan.failure);
  CHECK(after(plan, "a") == "2\n");
  CHECK(after(plan, "b") == "1\n");
  CHECK(plan_of({{"a", "1\n"}, {"b", "2\n"}}, rename("a", "c") + rename("b", "c")).failure);
}

TEST_CASE("a copy leaves what it copies, and a mode is one of the file's") {
  const PatchPlan plan = plan_of({{"a", "1\n"}},
                                 "diff --git a/a b/c\nold mode 100644\nnew mode 100755\ncopy from a\n"
                                 "copy to c\n--- a/a\n+++ b/c\n@@ -1 +1 @@\n-1\n+2\n");
  CHECK(after(plan, "a") == "1\n");
  CHECK(after(plan, "c") == "2\n");
  CHECK(plan.files[1].after.executable);
  CHECK_FALSE(plan.files[0].after.executable);
}

}  // namespace shelltool::files
