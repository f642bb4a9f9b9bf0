#include "shelltool/setup/project_rules.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "config/node.h"
#include "shelltool/setup/rules_files.h"
#include "tests/unit/temporary.h"

using namespace shelltool;

namespace {

constexpr const char* text =
    "version: 1\nrules:\n  - {id: p, event: exec, when: {program: id}, verdict: deny, reason: r}\n";

struct Scene {
  Scene() {
    places.state = dir / "state";
    places.config = dir / "config";
    places.system = dir / "etc";
    dir.write("ws/.gatehouse/rules.yaml", text);
  }
  [[nodiscard]] ProjectRules found() const { return find_project_rules(places, workspace); }
  [[nodiscard]] std::size_t project_sources() const {
    std::size_t count = 0;
    for (const policy::Source& source : RulesFiles{places, {}, {workspace}}.read())
      if (source.layer == policy::Layer::project) ++count;
    return count;
  }

  tests::TemporaryDirectory dir;
  Places places;
  std::string workspace = dir / "ws";
};

}  // namespace

TEST_CASE("a project's rules count when their very bytes were trusted") {
  Scene scene;
  CHECK(scene.project_sources() == 0);
  CHECK(note_on(scene.found()).find("not trusted") != std::string::npos);
  trust(scene.places, scene.workspace, text);
  CHECK(scene.project_sources() == 1);
  CHECK(note_on(scene.found()).empty());
}

TEST_CASE("a trusted file that is changed or removed drops no deny, and the user is told") {
  Scene scene;
  trust(scene.places, scene.workspace, text);
  scene.dir.write("ws/.gatehouse/rules.yaml", "version: 1\n");
  CHECK(scene.project_sources() == 1);
  CHECK(scene.found().trusted == text);
  CHECK(note_on(scene.found()).find("is not what was trusted") != std::string::npos);
  std::filesystem::remove(scene.dir / "ws/.gatehouse/rules.yaml");
  CHECK(scene.project_sources() == 1);
  CHECK(note_on(scene.found()).find("is gone") != std::string::npos);
}

TEST_CASE("trust is withdrawn once, and what was trusted does not count any more") {
  Scene scene;
  trust(scene.places, scene.workspace, text);
  CHECK(withdraw_trust(scene.places, scene.workspace));
  CHECK_FALSE(withdraw_trust(scene.places, scene.workspace));
  CHECK(scene.project_sources() == 0);
}

TEST_CASE("a project without rules is no news, and one with something odd in their place is told of") {
  Scene scene;
  std::filesystem::remove(scene.dir / "ws/.gatehouse/rules.yaml");
  CHECK(note_on(scene.found()).empty());
  REQUIRE(::mkfifo((scene.dir / "ws/.gatehouse/rules.yaml").c_str(), 0600) == 0);
  CHECK(note_on(scene.found()).find("a FIFO") != std::string::npos);
  CHECK(scene.project_sources() == 0);
}

TEST_CASE("what was trusted in one workspace counts in no other") {
  Scene scene;
  trust(scene.places, scene.workspace, text);
  scene.dir.write("other/.gatehouse/rules.yaml", text);
  CHECK_FALSE(find_project_rules(scene.places, scene.dir / "other").trusted.has_value());
}

TEST_CASE("the copy is the user's alone") {
  Scene scene;
  trust(scene.places, scene.workspace, text);
  struct stat facts {};
  REQUIRE(::stat(trusted_copy_path(scene.places, scene.workspace).c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
}

TEST_CASE("of every file that rules or grants may come from its state is told") {
  using State = RulesOrigin::State;
  Scene scene;
  const RulesFiles files{scene.places, {}, {scene.workspace}};
  const auto states = [&] {
    std::vector<State> all;
    for (const RulesOrigin& origin : files.find()) all.push_back(origin.state);
    return all;
  };
  CHECK(states() ==
        std::vector{State::absent, State::absent, State::in_force, State::absent, State::untrusted});
  CHECK(files.find()[2].note.find("builtin:base") != std::string::npos);
  scene.dir.write("config/rules.yaml", "version: [1\n");
  trust(scene.places, scene.workspace, text);
  scene.dir.write("config/grants.yaml", "version: 1\n");
  CHECK(states() ==
        std::vector{State::absent, State::absent, State::broken, State::in_force, State::in_force});
  CHECK_THROWS_AS(std::rethrow_exception(files.find()[2].fault), config::BadInput);
  CHECK_THROWS_AS((void)files.read(), config::BadInput);
}

TEST_CASE("named rules replace the user's grants, and not the system's") {
  Scene scene;
  scene.dir.write("named.yaml", "version: 1\n");
  scene.dir.write("config/grants.yaml", "version: 1\n");
  const auto grants = [&](const std::vector<std::string>& named) {
    const RulesFiles files{scene.places, named, {}};
    std::string layers;
    for (const RulesOrigin& origin : files.find())
      if (origin.holds == policy::Source::Holds::grants) layers += policy::name_of(origin.layer);
    const std::vector<std::string> paths = files.paths();
    const bool is_followed = std::find(paths.begin(), paths.end(), scene.places.user_grants()) != paths.end();
    return layers + (is_followed ? ", followed" : "");
  };
  CHECK(grants({}) == "systemuser, followed");
  CHECK(grants({scene.dir / "named.yaml"}) == "system");
}

TEST_CASE("named rules replace those of a project that is trusted") {
  Scene scene;
  scene.dir.write("named.yaml", "version: 1\n");
  trust(scene.places, scene.workspace, text);
  const auto has_projects = [&](const std::vector<std::string>& named) {
    const RulesFiles files{scene.places, named, {scene.workspace}};
    const std::vector<std::string> paths = files.paths();
    const bool is_followed = std::find(paths.begin(), paths.end(),
                                       trusted_copy_path(scene.places, scene.workspace)) != paths.end();
    for (const policy::Source& source : files.read())
      if (source.layer == policy::Layer::project) return is_followed;
    CHECK_FALSE(is_followed);
    return false;
  };
  CHECK(has_projects({}));
  CHECK_FALSE(has_projects({scene.dir / "named.yaml"}));
}
