#include "config/profile.h"

#include <doctest/doctest.h>

using namespace config;
using Strings = std::vector<std::string>;

namespace {

std::vector<Profile> read(const std::string& text) { return read_profiles(read_yaml(text, "p.yaml")); }

std::string complaint(const std::string& text) {
  try {
    read(text);
  } catch (const sys::Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a profile says what may be written, seen, reached and passed") {
  const auto profiles = read(
      "tool: {write: [~/.tool/], copy: {~/.tool/a: ~/.a}, hide: [/srv], unhide: [~/.tool/key], protect: "
      "~/.tool/b,\n"
      "       network: full, env: {pass: [TOOL_KEY], set: {A: b}}, programs: [tool], note: {say: x, unless: "
      "[-f]}}\n");
  REQUIRE(profiles.size() == 1);
  const Profile& tool = profiles.front();
  CHECK(tool.name == "tool");
  CHECK(tool.write == Strings{"~/.tool/"});
  CHECK(tool.copy.at("~/.tool/a") == "~/.a");
  CHECK(tool.hide == Strings{"/srv"});
  CHECK(tool.unhide == Strings{"~/.tool/key"});
  CHECK(tool.protect == Strings{"~/.tool/b"});
  CHECK(tool.network == NetworkMode::full);
  CHECK_FALSE(tool.mode);
  CHECK(tool.pass == Strings{"TOOL_KEY"});
  CHECK(tool.set.at("A") == "b");
  CHECK(tool.programs == Strings{"tool"});
  CHECK(tool.note.unless == Strings{"-f"});
}

TEST_CASE("a profile extends a mode, or another profile wherever that stands") {
  const auto profiles = read(
      "narrow: {extends: wide, network: none, write: [/b], env: {set: {A: own}}}\n"
      "wide: {extends: read-only, network: full, write: [/a], env: {pass: [X], set: {A: base, B: base}}}\n");
  const Profile& narrow = find_profile(profiles, "narrow");
  CHECK(narrow.mode == Mode::read_only);
  CHECK(narrow.network == NetworkMode::none);
  CHECK(narrow.write == Strings{"/a", "/b"});
  CHECK(narrow.pass == Strings{"X"});
  CHECK(narrow.set.at("A") == "own");
  CHECK(narrow.set.at("B") == "base");
}

TEST_CASE("what is wrong in a profile is named by its place") {
  CHECK(complaint("a: {extends: b}\nb: {extends: a}\n") == "p.yaml:1:1: 'a' extends itself");
  CHECK(complaint("a: {extends: reed-only}\n") ==
        "p.yaml:1:14: unknown profile 'reed-only'; did you mean 'read-only'?");
  CHECK(complaint("a: {wirte: [/x]}\n") == "p.yaml:1:5: unknown key 'wirte'; did you mean 'write'?");
  CHECK(complaint("a: {write: [x]}\n") == "p.yaml:1:12: 'x': a path here begins with /, ~/ or $NAME/");
  CHECK(complaint("a: {write: [/x*]}\n") == "p.yaml:1:12: '/x*' is a glob; only paths can stand here");
  CHECK(complaint("a: {write: [/x], copy: {/x/y/z: /q}}\n") ==
        "p.yaml:1:24: '/x/y/z' is in no directory that `write` names");
  CHECK(complaint("- a\n").starts_with("p.yaml:1:1: expected a map"));
}

TEST_CASE("ports, sockets and limits of a profile add to what it extends") {
  const auto profiles = read(
      "a: {publish: [8000], limits: {wall: 1m, processes: 20}, nested_namespaces: true}\n"
      "b: {extends: a, publish: \"80:8080\", sockets: [/run/d.sock], limits: {wall: 2m}}\n");
  const Profile& b = find_profile(profiles, "b");
  CHECK(b.publish == std::vector<Publish>{{8000, 8000}, {80, 8080}});
  CHECK(b.sockets == Strings{"/run/d.sock"});
  CHECK(b.nested_namespaces.value_or(false));
  Config config;
  for (const Node& limits : b.limits) apply_limits(config, limits, ConfigLayer::user);
  CHECK(config.limits.wall == std::chrono::minutes(2));
  CHECK(config.limits.processes == 20);
}

TEST_CASE("ports, sockets and limits of a profile are read strictly") {
  CHECK(complaint("a: {publish: [x]}\n").starts_with("p.yaml:1:14: expected a port"));
  CHECK(complaint("a: {sockets: [d.sock]}\n").starts_with("p.yaml:1:14: 'd.sock': a path here begins"));
  CHECK(complaint("a: {limits: {wall: x}}\n").starts_with("p.yaml:1:20: "));
  CHECK(complaint("a: {limits: {wal: 1s}}\n") == "p.yaml:1:14: unknown key 'wal'; did you mean 'wall'?");
}

TEST_CASE("what cannot hold together in a profile is an error") {
  CHECK(complaint("a: {network: full, publish: 80}\n").starts_with("p.yaml:1:1: profile 'a': `publish`: "));
  CHECK(complaint("a: {publish: 80}\nb: {extends: a, network: full}\n").starts_with("p.yaml:2:1: "));
  CHECK(complaint("a: {extends: danger-full-access, nested_namespaces: true}\n").find("does not refuse") !=
        std::string::npos);
}

TEST_CASE("the hosts that a profile reaches make its network an allow list") {
  const auto profiles = read("a: {network: {allow: [x, \"y:1\"]}}\nb: {network: {mode: none, allow: x}}\n");
  CHECK(find_profile(profiles, "a").network == NetworkMode::allowlist);
  CHECK(find_profile(profiles, "a").reach == Strings{"x", "y:1"});
  CHECK(find_profile(profiles, "b").network == NetworkMode::none);
}

TEST_CASE("an unknown profile is answered with the nearest") {
  const auto profiles = read("first: {}\nsecond: {}\n");
  CHECK_THROWS_WITH(find_profile(profiles, "frist"), "unknown profile 'frist'; did you mean 'first'?");
  CHECK_THROWS_WITH(find_profile(profiles, "other"), "unknown profile 'other'; known are first, second");
}
