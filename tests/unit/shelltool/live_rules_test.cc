#include "shelltool/setup/live_rules.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "config/file.h"
#include "sandbox/sys/fd.h"
#include "shelltool/setup/rules_files.h"
#include "tests/unit/policy/events.h"
#include "tests/unit/temporary.h"

using shelltool::LiveRules;
using News = LiveRules::News;
using namespace std::chrono_literals;

namespace {

constexpr const char* denies_git =
    "version: 1\nrules:\n  - {id: no-git, event: exec, when: {program: git}, verdict: deny, reason: No.}\n";
constexpr const char* denies_make =
    "version: 1\nrules:\n  - {id: no-make, event: exec, when: {program: make}, verdict: deny, reason: No.}\n";

struct Scene {
  explicit Scene(const char* text) {
    if (text != nullptr) dir.write("rules.yaml", text);
    rules.emplace(std::vector<std::string>{dir / "rules.yaml"}, [this](std::uint64_t generation) {
      std::vector<policy::Source> sources;
      if (auto file = config::find_yaml_file(dir / "rules.yaml"))
        sources.push_back({policy::Layer::user, std::move(*file)});
      return policy::RuleSet::compile(sources, {}, generation);
    });
  }
  News look() {
    std::this_thread::sleep_for(12ms);
    return rules->look();
  }
  [[nodiscard]] bool denies(const char* program) const {
    return rules->rules().decide(tests::event_of(program), {}).verdict == policy::Verdict::deny;
  }

  tests::TemporaryDirectory dir;
  std::optional<LiveRules> rules;
};

}  // namespace

TEST_CASE("changed rules are in force at the next look, under a new generation") {
  Scene scene(denies_git);
  CHECK(scene.look() == News::none);
  CHECK(scene.denies("git"));
  scene.dir.write("rules.yaml", denies_make);
  CHECK(scene.look() == News::changed);
  CHECK(scene.denies("make"));
  CHECK_FALSE(scene.denies("git"));
  CHECK(scene.rules->rules().decide(tests::event_of("make"), {}).rules_generation == 2);
}

TEST_CASE("rules that appear where there was no directory are found") {
  tests::TemporaryDirectory dir;
  LiveRules rules({dir / "later/rules.yaml"}, [&](std::uint64_t generation) {
    std::vector<policy::Source> sources;
    if (auto file = config::find_yaml_file(dir / "later/rules.yaml"))
      sources.push_back({policy::Layer::user, std::move(*file)});
    return policy::RuleSet::compile(sources, {}, generation);
  });
  std::filesystem::create_directory(dir / "made");
  dir.write("made/rules.yaml", denies_git);
  std::filesystem::rename(dir / "made", dir / "later");
  std::this_thread::sleep_for(12ms);
  CHECK(rules.look() == News::changed);
  CHECK(rules.rules().decide(tests::event_of("git"), {}).verdict == policy::Verdict::deny);
}

TEST_CASE("a broken file keeps the last good rules, is told once, and what follows it counts") {
  Scene scene(denies_git);
  scene.dir.write("rules.yaml", "version: 1\nruels: []\n");
  CHECK(scene.look() == News::broken);
  CHECK(scene.rules->trouble().find("rules.yaml:2:1") != std::string::npos);
  CHECK(scene.denies("git"));
  CHECK(scene.look() == News::none);
  CHECK_FALSE(scene.rules->trouble().empty());
  scene.dir.write("rules.yaml", denies_make);
  CHECK(scene.look() == News::changed);
  CHECK(scene.rules->trouble().empty());
}

TEST_CASE("a file that is still being written is left alone, although its first half is good") {
  Scene scene(denies_git);
  {
    const sys::Fd file = sys::open_file(scene.dir / "rules.yaml", O_WRONLY | O_TRUNC);
    sys::write_all(file.get(), "version: 1\n", "the first half");
    CHECK(scene.look() == News::none);
    CHECK(scene.denies("git"));
    sys::write_all(file.get(), std::string_view(denies_make).substr(11), "the second half");
  }
  CHECK(scene.look() == News::changed);
  CHECK(scene.denies("make"));
}

TEST_CASE("what an editor has begun to write while the rules are read is no fault of theirs") {
  tests::TemporaryDirectory dir;
  dir.write("rules.yaml", denies_git);
  bool is_truncated_meanwhile = false;
  LiveRules rules({dir / "rules.yaml"}, [&](std::uint64_t generation) {
    if (is_truncated_meanwhile) dir.write("rules.yaml", "");
    return policy::RuleSet::compile({{policy::Layer::user, config::read_yaml_file(dir / "rules.yaml")}}, {},
                                    generation);
  });
  is_truncated_meanwhile = true;
  dir.write("rules.yaml", denies_make);
  std::this_thread::sleep_for(12ms);
  CHECK(rules.look() == News::none);
  CHECK(rules.trouble().empty());
  is_truncated_meanwhile = false;
  dir.write("rules.yaml", denies_make);
  std::this_thread::sleep_for(12ms);
  CHECK(rules.look() == News::changed);
}

TEST_CASE("a file that goes for a moment, as some editors save, leaves no moment without its denies") {
  Scene scene(denies_git);
  std::filesystem::rename(scene.dir / "rules.yaml", scene.dir / "rules.yaml~");
  CHECK(scene.look() == News::none);
  CHECK(scene.denies("git"));
  scene.dir.write("rules.yaml", denies_make);
  CHECK(scene.look() == News::changed);
  CHECK(scene.denies("make"));
}

TEST_CASE("a file that stays away is missed after a second") {
  Scene scene(denies_git);
  std::filesystem::remove(scene.dir / "rules.yaml");
  CHECK(scene.look() == News::none);
  CHECK(scene.denies("git"));
  std::this_thread::sleep_for(1s);
  CHECK(scene.look() == News::changed);
  CHECK_FALSE(scene.denies("git"));
}

TEST_CASE("grants that appear, change and break are followed as rules are") {
  tests::TemporaryDirectory dir;
  const shelltool::RulesFiles files{
      {dir / "etc", dir / "config", dir / "state", dir / "cache", dir / "run"}, {}, {}};
  dir.write(
      "config/rules.yaml",
      "version: 1\nrules:\n  - {id: git, event: exec, when: {program: git}, verdict: ask, reason: r}\n");
  LiveRules rules(files.paths(), [&](std::uint64_t generation) {
    return policy::RuleSet::compile(files.read(), {}, generation);
  });
  const auto look = [&] {
    std::this_thread::sleep_for(12ms);
    return rules.look();
  };
  const auto verdict = [&] { return rules.rules().decide(tests::event_of("git"), {}).verdict; };
  CHECK(verdict() == policy::Verdict::ask);
  dir.write("config/grants.yaml", "version: 1\ngrants: [{answers: git, reason: r}]\n");
  CHECK(look() == News::changed);
  CHECK(verdict() == policy::Verdict::allow);
  dir.write("config/grants.yaml", "version: 1\ngrants: [{answers: git}]\n");
  CHECK(look() == News::broken);
  CHECK(rules.trouble().find("grants.yaml:2:10: key 'reason' is missing") != std::string::npos);
  CHECK(verdict() == policy::Verdict::allow);
  dir.write("config/grants.yaml", "version: 1\ngrants: [{answers: other, reason: r}]\n");
  CHECK(look() == News::changed);
  CHECK(rules.trouble().empty());
  CHECK(verdict() == policy::Verdict::ask);
}
