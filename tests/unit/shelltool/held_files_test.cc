#include "shelltool/setup/held_files.h"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "tests/unit/policy/events.h"
#include "tests/unit/temporary.h"

using shelltool::HeldFile;
using shelltool::HeldFiles;
using As = sandbox::Held::As;
using Paths = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

Paths paths_of(const std::vector<HeldFile>& found, As as) {
  Paths paths;
  for (const HeldFile& file : found)
    if (file.held.as == as) paths.push_back(file.held.path);
  return paths;
}
Paths hidden(const std::vector<HeldFile>& found) { return paths_of(found, As::hidden); }
Paths read_only(const std::vector<HeldFile>& found) { return paths_of(found, As::read_only); }

struct Scene {
  Scene() {
    for (const char* file : {"ws/.env", "ws/a/.env", "ws/a/b", "ws/lock", "out/key", "out/sub/key"})
      dir.write(file, "");
  }
  [[nodiscard]] policy::RuleSet rules(const std::string& list) const {
    return tests::rules_of(list, {dir.path(), {dir / "ws"}, {}});
  }
  [[nodiscard]] std::vector<HeldFile> held(const std::string& list) const {
    return HeldFiles({dir / "ws"}, true).find(rules(list), {});
  }
  tests::TemporaryDirectory dir;
};

constexpr const char* no_env =
    "  - {id: env, event: read, when: {path: \"**/.env\"}, verdict: deny, reason: r}\n";
constexpr const char* env_and_lock =
    "  - {id: env, event: read, when: {path: \"**/.env\"}, verdict: deny, reason: r}\n"
    "  - {id: lock, event: write, when: {path: \"**/lock\"}, verdict: deny, reason: r}\n";

/// Looked at once, when the tree had been left alone for a while.
struct Followed : Scene {
  explicit Followed(const std::string& list) : set(rules(list)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    files.find(set, {});
  }
  std::vector<HeldFile> find() { return files.find(set, {}); }
  policy::RuleSet set;
  HeldFiles files{{dir / "ws"}, true};
};

}  // namespace

TEST_CASE("what a rule denies to read is found in the workspace, at any depth, with the rule") {
  const Scene scene;
  const auto found = scene.held(no_env);
  CHECK(hidden(found) == Paths{scene.dir / "ws/.env", scene.dir / "ws/a/.env"});
  CHECK(read_only(found).empty());
  CHECK(found.front().rule == "env");
}

TEST_CASE("what a rule denies elsewhere is found where its pattern begins") {
  const Scene scene;
  const auto found =
      scene.held("  - {id: a, event: read, when: {path: \"~/out/**\"}, verdict: deny, reason: r}\n");
  CHECK(hidden(found) == Paths{scene.dir / "out/key", scene.dir / "out/sub"});
}

TEST_CASE("what a rule denies to write stays readable, and what another hides in it is hidden") {
  const Scene scene;
  CHECK(read_only(scene.held(
            "  - {id: a, event: write, when: {path: [lock, missing]}, verdict: deny, reason: r}\n")) ==
        Paths{scene.dir / "ws/lock"});
  const auto both = scene.held(std::string(no_env) +
                               "  - {id: a, event: write, when: {path: a}, verdict: deny, reason: r}\n");
  CHECK(read_only(both) == Paths{scene.dir / "ws/a"});
  CHECK(hidden(both) == Paths{scene.dir / "ws/.env", scene.dir / "ws/a/.env"});
}

TEST_CASE("what unless carves out, an ask and what only the defaults deny is not held") {
  const Scene scene;
  CHECK(hidden(scene.held(
            "  - {id: a, event: read, when: {path: \"**/.env\"}, unless: {path: a/.env}, verdict: deny, "
            "reason: r}\n")) == Paths{scene.dir / "ws/.env"});
  CHECK(scene.held("  - {id: a, event: read, when: {path: lock}, verdict: ask, reason: r}\n").empty());
  CHECK(hidden(scene.held("  - {id: a, event: read, when: {path: lock}, verdict: deny, reason: r}\ndefaults: "
                          "{read: deny}\n")) == Paths{scene.dir / "ws/lock"});
}

TEST_CASE("what builtin:base denies is left to the sandbox, and what a rule denies besides is held") {
  const Scene scene;
  scene.dir.write("ws/.envrc", "");
  scene.dir.write("ws/.mcp.json", "");
  scene.dir.write(".netrc", "");
  const auto found = scene.held(
      "  - {id: a, event: write, when: {path: .envrc}, verdict: deny, reason: r}\nextends: [builtin:base]\n");
  CHECK(hidden(found).empty());
  CHECK(read_only(found) == Paths{scene.dir / "ws/.envrc"});
}

TEST_CASE("no link is followed to a directory that lies elsewhere") {
  const Scene scene;
  fs::create_directory_symlink(scene.dir / "out", scene.dir / "ws/link");
  CHECK(scene.held("  - {id: a, event: read, when: {path: \"**/key\"}, verdict: deny, reason: r}\n").empty());
}

TEST_CASE("a link that is denied takes what it leads to along: to be written, itself, too") {
  const Scene scene;
  fs::create_symlink("../lock", scene.dir / "ws/a/linked");
  const auto rule = [](const char* event) {
    return std::string("  - {id: a, event: ") + event +
           ", when: {path: \"**/linked\"}, verdict: deny, reason: r}\n";
  };
  CHECK(hidden(scene.held(rule("read"))) == Paths{scene.dir / "ws/lock"});
  CHECK(read_only(scene.held(rule("write"))) == Paths{scene.dir / "ws/a/linked", scene.dir / "ws/lock"});
}

TEST_CASE("what a denied link led to is held when the link is gone, until there are other rules") {
  Followed scene(no_env);
  fs::create_symlink("b", scene.dir / "ws/a/new");
  fs::rename(scene.dir / "ws/a/new", scene.dir / "ws/a/.env");
  const std::string target = scene.dir / "ws/a/b";
  CHECK(hidden(scene.find()) == Paths{scene.dir / "ws/.env", target});
  fs::rename(scene.dir / "ws/a/.env", scene.dir / "ws/a/moved");
  CHECK(hidden(scene.find()) == Paths{scene.dir / "ws/.env", target});
  fs::rename(target, scene.dir / "ws/a/kept");
  scene.dir.write("ws/a/b", "another");
  CHECK(hidden(scene.find()) == Paths{scene.dir / "ws/.env"});
  fs::remove(scene.dir / "ws/a/moved");
  scene.files.forget();
  CHECK(hidden(scene.find()) == Paths{scene.dir / "ws/.env"});
}

TEST_CASE("a link that comes later hides nothing outside the workspaces, nor one of them, which is said") {
  Followed scene(no_env);
  fs::create_directory(scene.dir / "ws/later");
  for (const char* target : {"out/key", "ws", "."}) {
    fs::create_symlink(scene.dir / target, scene.dir / "ws/later/.env");
    CHECK(hidden(scene.find()).size() == 2);
    REQUIRE(scene.files.left_out().size() == 1);
    CHECK(scene.files.left_out().front().find("ws/later/.env leads to is not held") != std::string::npos);
    fs::remove(scene.dir / "ws/later/.env");
  }
  fs::create_symlink("../lock", scene.dir / "ws/later/.env");
  CHECK(hidden(scene.find()).size() == 3);
  CHECK(scene.files.left_out().empty());
}

TEST_CASE("what comes by writing, renaming or linking is found at the next look, and what goes is not") {
  Followed scene(env_and_lock);
  scene.dir.write("ws/a/plain", "");
  CHECK(scene.find().size() == 3);
  scene.dir.write("ws/new/deep/.env", "");
  CHECK(scene.find().size() == 4);
  fs::rename(scene.dir / "ws/a/plain", scene.dir / "ws/a/lock");
  CHECK(scene.find().size() == 5);
  fs::create_hard_link(scene.dir / "ws/a/b", scene.dir / "ws/new/.env");
  CHECK(scene.find().size() == 6);
  fs::rename(scene.dir / "ws/new", scene.dir / "ws/moved");
  const auto found = hidden(scene.find());
  CHECK(found == Paths{scene.dir / "ws/.env", scene.dir / "ws/a/.env", scene.dir / "ws/moved/.env",
                       scene.dir / "ws/moved/deep/.env"});
  fs::remove_all(scene.dir / "ws/moved");
  CHECK(scene.find().size() == 4);
}

TEST_CASE(
    "what changes after nothing has changed for several looks is found, also in a directory that is new") {
  Followed scene(env_and_lock);
  const auto look_often = [&](std::size_t expected) {
    for (int look = 0; look < 4; ++look) REQUIRE(scene.find().size() == expected);
  };
  look_often(3);
  scene.dir.write("ws/a/lock", "");
  look_often(4);
  scene.dir.write("ws/b/plain", "");
  look_often(4);
  scene.dir.write("ws/b/.env", "");
  look_often(5);
  fs::rename(scene.dir / "ws/b", scene.dir / "ws/c");
  fs::create_directory(scene.dir / "ws/b");
  look_often(5);
  scene.dir.write("ws/b/.env", "");
  look_often(6);
  fs::remove_all(scene.dir / "ws/b");
  scene.dir.write("ws/b/lock", "");  // perhaps with the number of the one that has gone
  look_often(6);
  scene.dir.write("ws/b/.env", "");
  look_often(7);
  fs::remove(scene.dir / "ws/lock");
  look_often(6);
}

TEST_CASE("another file of the same name is told apart") {
  Followed scene(no_env);
  const auto before = scene.find();
  scene.dir.write("ws/.new", "");
  fs::rename(scene.dir / "ws/.new", scene.dir / "ws/.env");
  const auto after = scene.find();
  CHECK(after.front().held == before.front().held);
  CHECK(after.front().inode != before.front().inode);
}

TEST_CASE("other rules are asked about every file again") {
  Followed scene(no_env);
  const policy::RuleSet other =
      scene.rules("  - {id: a, event: write, when: {path: \"**/lock\"}, verdict: deny, reason: r}\n");
  scene.files.forget();
  const auto found = scene.files.find(other, {});
  CHECK(hidden(found).empty());
  CHECK(read_only(found) == Paths{scene.dir / "ws/lock"});
}
