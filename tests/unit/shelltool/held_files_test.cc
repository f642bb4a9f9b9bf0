#include "shelltool/setup/held_files.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "tests/unit/policy/events.h"
#include "tests/unit/temporary.h"

using shelltool::find_held_files;
using Paths = std::vector<std::string>;

namespace {

struct Scene {
  Scene() {
    for (const char* file : {"ws/.env", "ws/a/.env", "ws/a/b", "ws/lock", "out/key", "out/sub/key"})
      dir.write(file, "");
  }
  [[nodiscard]] shelltool::HeldFiles held(const std::string& rules) const {
    return find_held_files(tests::rules_of(rules, {dir.path(), {dir / "ws"}, {}}), {}, {dir / "ws"});
  }
  tests::TemporaryDirectory dir;
};

}  // namespace

TEST_CASE("what a rule denies to read is found in the workspace, at any depth") {
  const Scene scene;
  const auto held =
      scene.held("  - {id: a, event: read, when: {path: \"**/.env\"}, verdict: deny, reason: r}\n");
  CHECK(held.hidden == Paths{scene.dir / "ws/.env", scene.dir / "ws/a/.env"});
  CHECK(held.read_only.empty());
  CHECK(held.left_out.empty());
}

TEST_CASE("what a rule denies elsewhere is found where its pattern begins") {
  const Scene scene;
  const auto held =
      scene.held("  - {id: a, event: read, when: {path: \"~/out/**\"}, verdict: deny, reason: r}\n");
  CHECK(held.hidden == Paths{scene.dir / "out/key", scene.dir / "out/sub"});
}

TEST_CASE("what a rule denies to write stays readable") {
  const Scene scene;
  const auto held =
      scene.held("  - {id: a, event: write, when: {path: [lock, missing]}, verdict: deny, reason: r}\n");
  CHECK(held.hidden.empty());
  CHECK(held.read_only == Paths{scene.dir / "ws/lock"});
}

TEST_CASE("what unless carves out, an ask and what only the defaults deny is not held") {
  const Scene scene;
  CHECK(
      scene
          .held("  - {id: a, event: read, when: {path: \"**/.env\"}, unless: {path: a/.env}, verdict: deny, "
                "reason: r}\n")
          .hidden == Paths{scene.dir / "ws/.env"});
  CHECK(scene.held("  - {id: a, event: read, when: {path: lock}, verdict: ask, reason: r}\n").hidden.empty());
  CHECK(scene
            .held("  - {id: a, event: read, when: {path: lock}, verdict: deny, reason: r}\ndefaults: {read: "
                  "deny}\n")
            .hidden == Paths{scene.dir / "ws/lock"});
}

TEST_CASE("what builtin:base denies is left to the sandbox, and what a rule denies besides is held") {
  const Scene scene;
  scene.dir.write("ws/.envrc", "");
  scene.dir.write("ws/.mcp.json", "");
  scene.dir.write(".netrc", "");
  const auto held = scene.held(
      "  - {id: a, event: write, when: {path: .envrc}, verdict: deny, reason: r}\nextends: [builtin:base]\n");
  CHECK(held.hidden.empty());
  CHECK(held.read_only == Paths{scene.dir / "ws/.envrc"});
}

TEST_CASE("no link is followed to what lies elsewhere") {
  const Scene scene;
  std::filesystem::create_directory_symlink(scene.dir / "out", scene.dir / "ws/link");
  const auto held =
      scene.held("  - {id: a, event: read, when: {path: \"**/key\"}, verdict: deny, reason: r}\n");
  CHECK(held.hidden.empty());
}
