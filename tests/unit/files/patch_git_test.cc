/// Unified diffs against git itself: made by git diff, applied by git apply and by us.

#include <doctest/doctest.h>

#include <fcntl.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "sandbox/sys/fd.h"
#include "sandbox/sys/process.h"
#include "shelltool/files/patch_plan.h"
#include "tests/unit/policy/made_up.h"
#include "tests/unit/temporary.h"

namespace shelltool::files {
namespace {

using tests::Random;
using tests::rounds;

struct Tree {
  struct File {
    std::string content;
    bool executable = false;
    bool operator==(const File&) const = default;
  };
  std::map<std::string, File> files;
};

class Git {
 public:
  explicit Git(const tests::TemporaryDirectory& directory) : directory_(directory) {
    std::filesystem::create_directory(directory_ / ".git"), run({"init", "-q"});
  }

  int run(std::vector<std::string> words, std::string* output = nullptr) const {
    words.insert(words.begin(), {"git", "-c", "core.autocrlf=false", "-c", "core.safecrlf=false"});
    const sys::Fd out = sys::open_file(directory_ / ".git/output", O_RDWR | O_CREAT | O_TRUNC, 0600);
    const std::string path = std::getenv("PATH") == nullptr ? "/usr/bin:/bin" : std::getenv("PATH");
    sys::Child child = sys::spawn({words,
                                   {"PATH=" + path, "HOME=" + directory_.path(), "GIT_CONFIG_NOSYSTEM=1",
                                    "GIT_CEILING_DIRECTORIES=" + directory_.path()},
                                   directory_.path(),
                                   0,
                                   out.get(),
                                   out.get()});
    const int status = child.wait().as_shell();
    if (output != nullptr) *output = sys::read_file(directory_ / ".git/output", 1U << 26U);
    return status;
  }

 private:
  const tests::TemporaryDirectory& directory_;
};

/// Few different lines, so that a hunk fits at several places.
std::string some_line(Random& random) {
  static constexpr const char* lines[] = {"a",   "b",       "c",   "}",    "",  "  x",
                                          "\tx", "caf\xE9", "y\r", "-- z", "+", "\xEF\xBB\xBFq"};
  return tests::pick(random, lines);
}

std::vector<std::string> some_lines(Random& random, std::size_t most) {
  std::vector<std::string> lines(random() % (most + 1));
  for (std::string& line : lines) line = some_line(random) + "\n";
  return lines;
}

std::vector<std::string> edited(std::vector<std::string> lines, Random& random, std::size_t edits) {
  for (; edits > 0; --edits) {
    const auto at = lines.begin() + static_cast<std::ptrdiff_t>(random() % (lines.size() + 1));
    if (random() % 2 == 0 || at == lines.end()) {
      lines.insert(at, some_line(random) + "\n");
    } else if (random() % 2 == 0) {
      lines.erase(at);
    } else {
      *at = some_line(random) + "\n";
    }
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines, bool ends) {
  std::string text;
  for (const std::string& line : lines) text += line;
  if (!ends && !text.empty()) text.pop_back();
  return text;
}

/// Such a line is the file's last. git apply takes "x" without an end for the beginning of "x\n", and drops
/// what is behind it.
bool keeps_a_line_without_end(const std::string& patch) {
  const std::size_t mark = patch.find("\n\\ No newline");
  return mark != std::string::npos && patch[patch.rfind('\n', mark - 1) + 1] == ' ';
}

struct OurAnswer {
  bool applied = false, exact = true;
  std::string content;
};

OurAnswer apply_ourselves(const std::string& patch, const std::string& content) {
  const PatchPlan plan = plan_patch(read_patch(patch), [&](const std::string&) {
    return FileState{FileState::Kind::regular, content, false};
  });
  if (plan.failure) return {};
  OurAnswer answer{true, true, plan.files.front().after.content};
  for (const HunkPlace& place : plan.changes.front().places)
    answer.exact = answer.exact && place.likeness == Likeness::exact;
  return answer;
}

void write_tree(const tests::TemporaryDirectory& directory, const Tree& tree) {
  for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
    if (!entry.path().filename().string().starts_with(".git")) std::filesystem::remove_all(entry.path());
  for (const auto& [name, file] : tree.files) {
    directory.write(name, file.content);
    if (file.executable)
      std::filesystem::permissions(directory / name, std::filesystem::perms::owner_exec,
                                   std::filesystem::perm_options::add);
  }
}

Tree some_tree(Random& random) {
  static constexpr const char* names[] = {"a",     "d/b",     "d/e/c", "with blank", "um\xC3\xA4lt",
                                          "t\tab", "q\"uote", "a.orig"};
  Tree tree;
  for (std::size_t i = random() % 6; i > 0; --i)
    tree.files[tests::pick(random, names)] = {joined(some_lines(random, 30), random() % 4 != 0),
                                              random() % 4 == 0};
  return tree;
}

/// Another one that has something of it: moved, copied, edited, deleted, made executable.
Tree changed(const Tree& tree, Random& random) {
  Tree next = some_tree(random);
  if (random() % 2 == 0) next.files.clear();
  for (const auto& [name, file] : tree.files) {
    const std::string to = random() % 3 == 0 ? "moved/" + name : name;
    if (random() % 5 == 0) continue;
    next.files[to] = file;
    if (random() % 2 == 0 && file.content.ends_with('\n')) next.files[to].content += "one more\n";
    if (random() % 4 == 0) next.files[to].executable = !file.executable;
    if (random() % 4 == 0) next.files["copy of " + std::to_string(name.size())] = file;
  }
  return next;
}

}  // namespace

TEST_CASE("a unified diff ends as with git apply, also on a file that has changed since") {
  const tests::TemporaryDirectory directory;
  const Git git(directory);
  Random random(17);
  int applied = 0, refused = 0;
  for (int round = rounds(60); round > 0; --round) {
    const auto before = some_lines(random, 40);
    const std::string old_text = joined(before, random() % 4 != 0);
    const std::string new_text = joined(edited(before, random, 1 + random() % 4), random() % 4 != 0);
    const std::string target =
        random() % 3 == 0 ? old_text : joined(edited(before, random, random() % 4), random() % 8 != 0);
    directory.write("old", old_text), directory.write("new", new_text);
    std::string patch;
    git.run({"diff", "--no-index", "--text", "-U" + std::to_string(1 + random() % 3), "old", "new"}, &patch);
    if (patch.empty() || old_text.empty() || target.empty()) continue;
    patch = "--- a/f\n+++ b/f\n" + patch.substr(patch.find("@@ -"));
    if (keeps_a_line_without_end(patch) && target != old_text) continue;
    directory.write("f", target), directory.write("p", patch);
    const bool git_applies = git.run({"apply", "p"}) == 0;
    const OurAnswer ours = apply_ourselves(patch, target);
    CAPTURE(target);
    CAPTURE(patch);
    if (git_applies) {
      CHECK(ours.applied);
      CHECK(ours.content == sys::read_file(directory / "f", 1U << 20U));
    } else {
      CHECK((!ours.applied || !ours.exact));
    }
    ++(git_applies ? applied : refused);
  }
  CHECK(applied > rounds(60) / 6);
  CHECK(refused > 2);
}

TEST_CASE("what git diff says of two trees makes one of the other") {
  const tests::TemporaryDirectory directory;
  const Git git(directory);
  Random random(23);
  const auto recorded = [&](const Tree& tree) {
    std::string hash;
    write_tree(directory, tree);
    REQUIRE(git.run({"add", "-A"}) == 0);
    REQUIRE(git.run({"write-tree"}, &hash) == 0);
    return hash.substr(0, hash.find('\n'));
  };
  for (int round = rounds(10); round > 0; --round) {
    const Tree before = some_tree(random), after = changed(before, random);
    std::string patch;
    const std::string from = recorded(before), to = recorded(after);
    REQUIRE(git.run({"diff-tree", "-p", "--text", "-r", "-M", "-C", "--find-copies-harder", from, to},
                    &patch) == 0);
    if (patch.empty()) continue;
    CAPTURE(patch);
    const PatchPlan plan = plan_patch(read_patch(patch), [&](const std::string& path) {
      const auto found = before.files.find(path);
      if (found == before.files.end()) return FileState{};
      return FileState{FileState::Kind::regular, found->second.content, found->second.executable};
    });
    CHECK(plan.failure.value_or("") == "");
    Tree ours = before;
    for (const PlannedFile& file : plan.files) {
      ours.files.erase(file.path);
      if (file.after.kind == FileState::Kind::regular)
        ours.files[file.path] = {file.after.content, file.after.executable};
    }
    CHECK((ours.files == after.files));
  }
}

}  // namespace shelltool::files
