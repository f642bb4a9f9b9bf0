#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>

#include "tests/sandbox/turns_scene.h"

namespace launcher_test {
namespace {

namespace fs = std::filesystem;
using sandbox::RootsAnswer;

using Tree = std::map<std::string, std::string>;

/// Every file of a tree, with all that a writer could change of it.
Tree read_tree(const std::string& directory) {
  Tree seen;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    const auto time = fs::last_write_time(
        entry.symlink_status().type() == fs::file_type::regular ? entry.path() : fs::path(directory));
    std::string facts = std::to_string(static_cast<int>(entry.symlink_status().permissions()));
    if (entry.is_regular_file())
      facts += " " + std::to_string(time.time_since_epoch().count()) + read_text(entry.path().string());
    seen[entry.path().string()] = facts;
  }
  return seen;
}

/// The same while somebody may be at it.
Tree look_at(const std::string& directory) {
  for (;;) {
    try {
      return read_tree(directory);
    } catch (const fs::filesystem_error&) {  // it went while it was looked at
    }
  }
}

bool changes(const std::string& directory) {
  const auto before = look_at(directory);
  ::usleep(60'000);
  return look_at(directory) != before;
}

const char* const ways[] = {"holds", "maps", "maps-private", "sends", "opens", "forks", "makes"};

struct RootsScene : Scene {
  explicit RootsScene(sandbox::Spec spec = session_spec()) : Scene(std::move(spec)) {}

  [[nodiscard]] std::string at(const std::string& name) const { return workspace() + "/" + name; }
  RootsAnswer set(const std::vector<std::string>& writable, bool end_writers = true) {
    const auto answer = supervisor().set_roots({writable, end_writers});
    REQUIRE(answer);
    for (const std::string& failure : answer->failures) MESSAGE(failure);
    for (const sandbox::Writer& writer : answer->in_the_way)
      if (end_writers) MESSAGE("in the way: " << writer.program << " with " << writer.path);
    return *answer;
  }
  /// A turn that runs the inmate.
  Id start_writer(const std::string& how, const std::string& file) {
    const Id turn = start("exec " + inmate("writer") + " " + how + " " + file);
    REQUIRE(until([&] { return exists(file + ".ready"); }));
    return turn;
  }
  bool can_write(const std::string& file) { return run("echo x > " + file).outcome.status.code == 0; }
};

bool names(const std::vector<sandbox::Writer>& writers, const std::string& program) {
  return std::any_of(writers.begin(), writers.end(),
                     [&](const sandbox::Writer& writer) { return writer.program == program; });
}

}  // namespace

TEST_SUITE("roots") {
  TEST_CASE("no writer changes anything in a root from the moment that it is lost") {
    if (!can_run()) return;
    for (const char* way : ways) {
      CAPTURE(way);
      RootsScene scene;
      fs::create_directory(scene.at("sub"));
      const Scene::Id turn = scene.start_writer(way, scene.at("sub/file"));
      // Without the order it does.
      const bool is_seen = std::string(way) != "maps-private" && std::string(way) != "sends";
      if (is_seen) CHECK(changes(scene.workspace()));
      const RootsAnswer answer = scene.set({});
      const auto lost = look_at(scene.workspace());
      CHECK(answer.in_force);
      CHECK(answer.in_the_way.empty());
      ::usleep(250'000);
      CHECK(look_at(scene.workspace()) == lost);
      CHECK_FALSE(scene.can_write(scene.at("new")));
      const bool stands_in_the_way = is_seen && std::string(way) != "makes" && std::string(way) != "forks" &&
                                     std::string(way) != "opens";
      if (stands_in_the_way) CHECK(names(answer.ended, "writer"));
      // Who makes files has one open now and then.
      if (std::string(way) == "makes") CHECK((!scene.has_ended(turn) || names(answer.ended, "writer")));
    }
  }

  TEST_CASE("many who make names all the time keep no root from being lost") {
    if (!can_run()) return;
    RootsScene scene;
    for (int number = 0; number < 12; ++number)
      scene.start_writer("makes", scene.at(fmt::format("file{}", number)));
    CHECK(scene.set({}).in_force);
    CHECK_FALSE(changes(scene.workspace()));
  }

  TEST_CASE("who writes elsewhere goes on, and so does the turn that had a writer among others") {
    if (!can_run()) return;
    RootsScene scene;
    const Scene::Id turn =
        scene.start(inmate("writer") + " holds " + scene.at("file") +
                    "; echo went on with $?; exec 5> /tmp/other; echo x >&5; cat /tmp/other");
    REQUIRE(scene.until([&] { return exists(scene.at("file.ready")); }));
    CHECK(scene.set({}).in_force);
    const std::string output = scene.wait(turn).output;
    CHECK_MESSAGE(output.find("went on with 137\nx\n") != std::string::npos, output);
  }

  TEST_CASE("who stands in the way is named, and waited for where nobody shall be ended") {
    if (!can_run()) return;
    RootsScene scene;
    const Scene::Id turn =
        scene.start("exec 5> log; mkdir ready; until [ -e /tmp/go ]; do sleep 0.01; done; echo last >&5");
    REQUIRE(scene.until([&] { return exists(scene.at("ready")); }));
    RootsAnswer answer = scene.set({}, false);
    CHECK_FALSE(answer.in_force);
    REQUIRE(answer.in_the_way.size() >= 1);
    CHECK(answer.in_the_way.front().path == scene.at("log"));
    CHECK(answer.ended.empty());
    scene.run(": > /tmp/go");
    CHECK(scene.wait(turn).outcome.status.code == 0);
    CHECK(read_text(scene.at("log")) == "last\n");
    CHECK(scene.set({}, false).in_force);
    CHECK_FALSE(scene.can_write(scene.at("log")));
  }

  TEST_CASE("a root comes back, and what was read-only before stays so") {
    if (!can_run()) return;
    sandbox::Spec spec = session_spec();
    fs::create_directories(spec.cwd + "/.git/hooks");
    spec.protect = {spec.cwd + "/.git/hooks"};
    RootsScene scene(spec);
    const Scene::Id inside = scene.start(
        "cd .git; mkdir ../in; until [ -e /tmp/go ]; do sleep 0.01; done; echo x > late; cat late");
    REQUIRE(scene.until([&] { return exists(scene.at("in")); }));
    for (int round = 0; round < 3; ++round) {
      CHECK(scene.set({}).in_force);
      CHECK_FALSE(scene.can_write(scene.at("file")));
      CHECK_FALSE(scene.can_write(scene.at(".git/file")));
      CHECK(scene.set({scene.workspace()}).in_force);
      CHECK(scene.can_write(scene.at("file")));
      CHECK(scene.can_write(scene.at(".git/file")));
      CHECK_FALSE(scene.can_write(scene.at(".git/hooks/pre-commit")));
    }
    scene.run(": > /tmp/go");
    CHECK(scene.wait(inside).output == "x\n");
  }

  TEST_CASE("a workspace shrinks to a part of it, and grows again") {
    if (!can_run()) return;
    sandbox::Spec spec = session_spec();
    for (const char* directory : {"/part/.git/hooks", "/part/deep", "/rest"})
      fs::create_directories(spec.cwd + directory);
    spec.protect = {spec.cwd + "/part/.git/hooks"};
    RootsScene scene(spec);
    scene.start_writer("opens", scene.at("rest/file"));
    for (int round = 0; round < 2; ++round) {
      CHECK(scene.set({scene.at("part")}).in_force);
      CHECK_FALSE(scene.can_write(scene.at("file")));
      CHECK_FALSE(scene.can_write(scene.at("rest/other")));
      CHECK_FALSE(changes(scene.at("rest")));
      CHECK(scene.can_write(scene.at("part/file")));
      CHECK(scene.can_write(scene.at("part/.git/file")));
      CHECK_FALSE(scene.can_write(scene.at("part/.git/hooks/pre-commit")));
      CHECK(scene.run("mv part moved").outcome.status.code != 0);
      // Who is in what was kept is not forgotten when that is lost, too.
      const Scene::Id in_part = scene.start_writer("makes", scene.at("part/deep/file"));
      CHECK(scene.set({}).in_force);
      CHECK_FALSE(changes(scene.workspace()));
      CHECK_FALSE(scene.has_ended(in_part));
      CHECK(scene.set({scene.at("part")}).in_force);
      CHECK(scene.can_write(scene.at("part/.git/file")));
      CHECK_FALSE(scene.can_write(scene.at("file")));
      CHECK(scene.set({scene.workspace()}).in_force);
      CHECK(scene.can_write(scene.at("file")));
      CHECK_FALSE(scene.can_write(scene.at("part/.git/hooks/pre-commit")));
    }
  }

  TEST_CASE("of directories in one another each can be kept in turn, and nobody is ended for it") {
    if (!can_run()) return;
    sandbox::Spec spec = session_spec();
    for (const char* directory : {"/a/b/c", "/a/.git/hooks"}) fs::create_directories(spec.cwd + directory);
    spec.protect = {spec.cwd + "/a/.git/hooks"};
    RootsScene scene(spec);
    const auto keep = [&](const std::string& directory) {
      CAPTURE(directory);
      const RootsAnswer answer = scene.set({scene.at(directory)});
      CHECK(answer.in_force);
      CHECK(answer.ended.empty());
      for (const std::string place : {"a", "a/b", "a/b/c", "a/.git"}) {
        CAPTURE(place);
        CHECK(scene.can_write(scene.at(place + "/file")) == place.starts_with(directory));
      }
    };
    keep("a/b");
    const Scene::Id inside =
        scene.start("cd a/b; mkdir in; until [ -e /tmp/go ]; do sleep 0.01; done; echo x > late");
    REQUIRE(scene.until([&] { return exists(scene.at("a/b/in")); }));
    for (int round = 0; round < 2; ++round)
      for (const char* directory : {"a", "a/b/c", "a/b", "a"}) keep(directory);
    keep("a/b/c");
    scene.run(": > /tmp/go");
    CHECK(scene.wait(inside).outcome.status.code != 0);
    CHECK_FALSE(exists(scene.at("a/b/late")));
    CHECK(scene.set({scene.workspace()}).in_force);
    CHECK(scene.can_write(scene.at("a/b/file")));
  }

  TEST_CASE("what was removed or moved from outside, and is still open, is not said to be read-only") {
    if (!can_run()) return;
    for (const std::string taken : {"/.git", "/part", ""}) {
      for (const bool is_moved : {false, true}) {
        CAPTURE(taken);
        CAPTURE(is_moved);
        sandbox::Spec spec = session_spec();
        for (const char* directory : {"/.git/hooks", "/.git/sub", "/part/sub", "/sub"})
          fs::create_directories(spec.cwd + directory);
        spec.protect = {spec.cwd + "/.git/hooks"};
        RootsScene scene(spec);
        if (taken == "/part") CHECK(scene.set({scene.at("part")}).in_force);
        scene.start("cd " + scene.workspace() + taken +
                    "/sub; mkdir ready; while :; do echo x >> file; done 2>/dev/null");
        REQUIRE(scene.until([&] { return exists(scene.workspace() + taken + "/sub/ready"); }));
        const std::string away = is_moved || taken.empty() ? fresh_directory("away") : scene.at("away");
        fs::create_directories(away);
        if (is_moved) {
          fs::rename(scene.workspace() + taken, away + "/it");
        } else {
          fs::rename(scene.workspace() + taken + "/sub", away + "/sub");
          fs::remove_all(scene.workspace() + taken);
        }
        // No mount leads any more to what was taken out of one: Landlock does not let it be opened.
        if (is_moved) CHECK(scene.until([&] { return changes(away); }));
        const RootsAnswer answer = *scene.supervisor().set_roots({{}, true});
        CHECK_FALSE(answer.in_force);
        CHECK(answer.is_lost);
        REQUIRE(answer.failures.size() == 1);
        CHECK_MESSAGE(answer.failures.front().find("the directory " + scene.workspace() + taken +
                                                   " was removed or moved from outside") == 0,
                      answer.failures.front());
      }
    }
  }

  TEST_CASE("a part that was replaced from outside is kept as it is now") {
    if (!can_run()) return;
    sandbox::Spec spec = session_spec();
    for (const char* directory : {"/part", "/rest"}) fs::create_directories(spec.cwd + directory);
    RootsScene scene(spec);
    CHECK(scene.set({scene.at("part")}).in_force);
    fs::remove_all(scene.at("part"));
    fs::create_directory(scene.at("part"));
    CHECK_FALSE(scene.can_write(scene.at("part/file")));
    CHECK(scene.set({scene.at("part")}).in_force);
    CHECK(scene.can_write(scene.at("part/file")));
    CHECK_FALSE(scene.can_write(scene.at("rest/file")));
  }

  TEST_CASE("of two roots that lie in one another, each is lost by itself") {
    if (!can_run()) return;
    sandbox::Spec spec = session_spec();
    fs::create_directories(spec.cwd + "/inner");
    spec.writable.push_back(spec.cwd + "/inner");
    RootsScene scene(spec);
    scene.start_writer("holds", scene.at("inner/file"));
    CHECK(scene.set({scene.at("inner")}).in_force);
    CHECK(changes(scene.at("inner")));
    CHECK_FALSE(scene.can_write(scene.at("file")));
    CHECK(scene.set({}).in_force);
    CHECK_FALSE(changes(scene.workspace()));
    CHECK(scene.set({scene.workspace()}).in_force);
    CHECK(scene.can_write(scene.at("inner/file")));
  }

  TEST_CASE("what cannot be kept of a root is lost with it, and named") {
    if (!can_run()) return;
    RootsScene scene;
    const RootsAnswer answer = *scene.supervisor().set_roots({{scene.at("missing"), "/etc"}, true});
    CHECK(answer.in_force);
    CHECK(answer.failures.size() == 2);
    CHECK_FALSE(scene.can_write(scene.at("file")));
  }

  TEST_CASE("the private /tmp stays writable, and so do files that are open there") {
    if (!can_run()) return;
    RootsScene scene;
    CHECK(scene.set({}).in_force);
    CHECK(scene.can_write("/tmp/file"));
    CHECK(scene.can_write("/dev/shm/file"));
  }
}

}  // namespace launcher_test
