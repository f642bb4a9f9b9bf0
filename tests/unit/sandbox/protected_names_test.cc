#include "sandbox/guard/protected_names.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "sandbox/guard/guard_record.h"
#include "sandbox/guard/quarantine.h"
#include "sandbox/sys/fd.h"
#include "tests/unit/temporary.h"

#include <fcntl.h>

using sandbox::find_protected_names;
using sandbox::ProtectedNames;
using tests::TemporaryDirectory;

namespace {

bool protects(const ProtectedNames& names, const std::string& path) {
  return std::find(names.protect.begin(), names.protect.end(), path) != names.protect.end();
}

void make_repository(const TemporaryDirectory& dir, const std::string& path, const std::string& config = "") {
  dir.write(path + "/HEAD", "ref: refs/heads/main\n");
  dir.make_directory(path + "/objects");
  dir.make_directory(path + "/refs");
  dir.write(path + "/hooks/pre-commit.sample", "");
  dir.write(path + "/config", config);
}

const sandbox::KnownRepository* repository(const ProtectedNames& names, const std::string& path) {
  for (const auto& known : names.repositories)
    if (known.path == path) return &known;
  return nullptr;
}

}  // namespace

TEST_CASE("what exists is held, what is missing is awaited, ordinary work is neither") {
  const TemporaryDirectory dir;
  dir.write("ws/.vscode/tasks.json", "");
  dir.write("ws/.claude/settings.local.json", "");
  dir.write("ws/.claude/notes.md", "");
  dir.write("ws/a.code-workspace", "");
  dir.write("ws/Makefile", "");
  const auto names = find_protected_names({dir / "ws"});
  CHECK(protects(names, dir / "ws/.vscode"));
  CHECK(protects(names, dir / "ws/.claude/settings.local.json"));
  CHECK(protects(names, dir / "ws/a.code-workspace"));
  CHECK(names.protect.size() == 3);
  CHECK(names.roots == std::vector<std::string>{dir / "ws"});
}

TEST_CASE("the owner's own names count below each root and as absolute paths") {
  const TemporaryDirectory dir;
  dir.write("a/deploy/key", "");
  dir.write("b/deploy/key", "");
  dir.write("b/secret", "");
  const auto names =
      find_protected_names({dir / "a", dir / "b"}, {"deploy/*", dir / "b/secret", "/etc/passwd", "..", "."});
  CHECK(protects(names, dir / "a/deploy/key"));
  CHECK(protects(names, dir / "b/deploy/key"));
  CHECK(protects(names, dir / "b/secret"));
  CHECK(names.protect.size() == 3);
}

TEST_CASE("hooks are held in the workspace always and elsewhere where there are any") {
  const TemporaryDirectory dir;
  make_repository(dir, "ws/.git");
  make_repository(dir, "ws/sub/samples/.git");
  make_repository(dir, "ws/sub/active/.git", "[core]\n\teditor = mine\n");
  dir.write("ws/sub/active/.git/hooks/pre-push", "");
  make_repository(dir, "ws/bare.git");
  make_repository(dir, "ws/node_modules/x/.git");
  make_repository(dir, "ws/.git/modules/a/b");
  const auto names = find_protected_names({dir / "ws"});
  CHECK(protects(names, dir / "ws/.git/hooks"));
  CHECK(protects(names, dir / "ws/sub/active/.git/hooks"));
  CHECK(!protects(names, dir / "ws/sub/samples/.git/hooks"));
  REQUIRE(repository(names, dir / "ws/sub/active/.git") != nullptr);
  CHECK(repository(names, dir / "ws/sub/active/.git")->configs.front().entries.size() == 1);
  CHECK(repository(names, dir / "ws/sub/samples/.git") != nullptr);
  CHECK(repository(names, dir / "ws/bare.git") != nullptr);
  CHECK(repository(names, dir / "ws/.git/modules/a/b") != nullptr);
  CHECK(repository(names, dir / "ws/node_modules/x/.git") == nullptr);
}

TEST_CASE("a directory that the owner's configuration names is held like hooks") {
  const TemporaryDirectory dir;
  make_repository(dir, "ws/.git", "[core]\n\thooksPath = .githooks\n[include]\n\tpath = ../shared.config\n");
  dir.write("ws/.githooks/pre-commit", "");
  dir.write("ws/shared.config", "");
  const auto names = find_protected_names({dir / "ws"});
  CHECK(protects(names, dir / "ws/.githooks"));
  CHECK(protects(names, dir / "ws/shared.config"));
}

TEST_CASE("a worktree's real git directory joins the workspace only when it names the worktree in turn") {
  const TemporaryDirectory dir;
  make_repository(dir, "repo/.git");
  dir.write("repo/.git/worktrees/wt/HEAD", "ref: refs/heads/b\n");
  dir.write("repo/.git/worktrees/wt/commondir", "../..\n");
  dir.write("repo/.git/worktrees/wt/gitdir", dir / "wt/.git" + "\n");
  dir.write("wt/.git", "gitdir: " + dir / "repo/.git/worktrees/wt" + "\n");
  const auto names = find_protected_names({dir / "wt"});
  CHECK(names.added_roots == std::vector<std::string>{dir / "repo/.git"});
  CHECK(protects(names, dir / "repo/.git/hooks"));
  CHECK(protects(names, dir / "wt/.git"));

  dir.write("evil/.git", "gitdir: " + dir / "repo/.git/worktrees/wt" + "\n");
  CHECK(find_protected_names({dir / "evil"}).added_roots.empty());
  dir.write("evil/.git", "gitdir: " + dir / "repo/.git" + "\n");
  CHECK(find_protected_names({dir / "evil"}).added_roots.empty());
}

TEST_CASE("a submodule's real git directory joins the workspace") {
  const TemporaryDirectory dir;
  make_repository(dir, "repo/.git");
  make_repository(dir, "repo/.git/modules/sub", "[core]\n\tworktree = ../../../sub\n");
  dir.write("repo/sub/.git", "gitdir: ../.git/modules/sub\n");
  const auto names = find_protected_names({dir / "repo/sub"});
  CHECK(names.added_roots == std::vector<std::string>{dir / "repo/.git/modules/sub"});
  CHECK(protects(names, dir / "repo/.git/modules/sub/hooks"));
}

TEST_CASE("odd things at protected names fail nothing") {
  const TemporaryDirectory dir;
  dir.make_directory("ws/real-hooks");
  make_repository(dir, "ws/.git");
  std::filesystem::remove_all(dir / "ws/.git/hooks");
  REQUIRE(::symlink("../real-hooks", (dir / "ws/.git/hooks").c_str()) == 0);
  REQUIRE(::symlink("/nowhere", (dir / "ws/.vscode").c_str()) == 0);
  REQUIRE(::symlink(".codex", (dir / "ws/.codex").c_str()) == 0);
  REQUIRE(::symlink("later", (dir / "ws/.cursor").c_str()) == 0);
  REQUIRE(::mkfifo((dir / "ws/.envrc").c_str(), 0600) == 0);
  dir.write("ws/.claude", "a file");
  REQUIRE(::mkfifo((dir / "ws/.git/config.worktree").c_str(), 0600) == 0);
  const auto names = find_protected_names({dir / "ws", dir / "missing", dir / "ws/.claude"});
  CHECK(protects(names, dir / "ws/real-hooks"));
  CHECK(protects(names, dir / "ws/.envrc"));
  const bool awaits_target = std::any_of(names.names.begin(), names.names.end(), [](const auto& pattern) {
    return pattern.parts == std::vector<std::string>{"later"};
  });
  CHECK(awaits_target);
}

TEST_CASE("what the scan leaves out is said") {
  const TemporaryDirectory dir;
  for (int i = 0; i < 20; ++i) dir.make_directory("ws/d" + std::to_string(i));
  dir.make_directory("ws/d0/1/2/3");
  auto names = find_protected_names({dir / "ws"}, {}, {10, 8});
  CHECK(!names.scan_complete);
  CHECK(names.not_scanned.size() == 1);
  names = find_protected_names({dir / "ws"}, {}, {1000, 2});
  CHECK(names.scan_complete);
  CHECK(names.not_scanned.size() == 1);
}

TEST_CASE("a record reads back as it was written, and nothing else does") {
  const TemporaryDirectory dir;
  make_repository(dir, "ws/.git", "[core]\n\thooksPath = \"a\\nb\"\n\teditor\n");
  dir.write("ws/.git/hooks/pre-push", "");
  sandbox::GuardRecord record;
  record.label = "a\nb";
  record.began_ns = -5;
  record.names = find_protected_names({dir / "ws"}, {"x\ny/*"});
  const std::string bytes = write_record(record);
  const auto read = sandbox::read_record(bytes);
  REQUIRE(read);
  CHECK(write_record(*read) == bytes);
  CHECK(read->names.repositories.front().configs.front().entries.front().value == "a\nb");
  for (std::size_t length = 0; length < bytes.size(); length += 7)
    CHECK(!sandbox::read_record(bytes.substr(0, length)));
  CHECK(!sandbox::read_record(bytes + "1\n"));
}

TEST_CASE("a tree of any depth is removed, and a symlink in it leads nowhere") {
  const TemporaryDirectory dir;
  dir.write("outside/kept", "");
  std::string deep = "tree";
  for (int i = 0; i < 200; ++i) deep += "/d";
  dir.write(deep + "/file", "");
  dir.write("tree/e/d/d/file", "");
  REQUIRE(::symlink((dir / "outside").c_str(), (dir / "tree/e/link").c_str()) == 0);
  REQUIRE(::chmod((dir / "tree/e").c_str(), 0) == 0);
  const sys::Fd top = sys::open_file(dir.path(), O_PATH | O_DIRECTORY);
  CHECK(sandbox::remove_tree(top.get(), "tree"));
  CHECK(!std::filesystem::exists(dir / "tree"));
  CHECK(std::filesystem::exists(dir / "outside/kept"));
}
