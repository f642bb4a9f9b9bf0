#include "shelltool/tools/client_roots.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "sandbox/sys/error.h"
#include "shelltool/setup/client_workspace.h"
#include "tests/unit/mcp/wire.h"
#include "tests/unit/temporary.h"

using namespace shelltool;
using mcp::Json;
using Strings = std::vector<std::string>;

namespace {

Strings roots_in(const Strings& uris) {
  Json roots = Json::array();
  for (const std::string& uri : uris) roots.push_back({{"uri", uri}, {"name", "a"}});
  return read_client_roots({{"roots", roots}});
}

std::string complaint(const char* result) {
  try {
    read_client_roots(mcp::parse(result));
  } catch (const sys::Error& error) {
    return error.what();
  }
  return "";
}

/// A client that can tell its roots, and what it is understood to have told.
struct Scene {
  tests::Wire wire;
  sys::Reactor reactor;
  std::vector<Strings> told;
  std::vector<ClientRoots::Done> done;
  ClientRoots roots{reactor, wire.dispatcher, [this](const Strings& paths, ClientRoots::Done over) {
                      told.push_back(paths);
                      done.push_back(std::move(over));
                    }};
  int went_on = 0;

  void initialize(const Json& capabilities) {
    roots.heed(capabilities);
    wire.dispatcher.receive(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  }
  void answer(const Json& question, const Json& result) {
    wire.dispatcher.receive(
        mcp::text_of({{"jsonrpc", "2.0"}, {"id", question.at("id")}, {"result", result}}));
  }
  void wait() {
    roots.when_told([this] { ++went_on; });
  }
};

const Json home = {{"roots", {{{"uri", "file:///home/ada/a"}}}}};

}  // namespace

TEST_CASE("a client's roots are the paths of its file: addresses") {
  CHECK(roots_in({"file:///home/ada/p", "file://localhost/srv"}) == Strings{"/home/ada/p", "/srv"});
  CHECK(roots_in({"file:///a%20b/%C3%A4%2fc/", "file:///a/../b//c/."}) == Strings{"/a b/ä/c", "/b/c"});
  CHECK(roots_in({"https://example.org/", "file://elsewhere/srv", "vscode-remote:///x"}) == Strings{});
  CHECK(roots_in({}) == Strings{});
}

TEST_CASE("what is no answer to roots/list is an error that says what is wrong") {
  for (const char* wrong : {"1", "[]", "{}", R"({"roots":{}})"})
    CHECK(complaint(wrong) == "there is no array 'roots'");
  for (const char* wrong : {R"({"roots":[1]})", R"({"roots":[{}]})", R"({"roots":[{"uri":1}]})"})
    CHECK(complaint(wrong) == "a root has no 'uri' that is a string");
  CHECK(complaint(R"({"roots":[{"uri":"file:///a%0"}]})") == "'file:///a%0' names no path");
  CHECK(complaint(R"({"roots":[{"uri":"file:///a%00b"}]})") == "'file:///a%00b' names no path");
  CHECK(complaint(R"({"roots":[{"uri":"file://"}]})") == "'file://' names no path");
}

TEST_CASE("a client that can tell its roots is asked, and a call waits until they hold") {
  Scene scene;
  scene.initialize({{"roots", {{"listChanged", true}}}});
  const Json question = scene.wire.take().at(0);
  CHECK(question.at("method") == "roots/list");
  scene.wait();
  scene.answer(question, home);
  CHECK(scene.told == std::vector<Strings>{{"/home/ada/a"}});
  CHECK(scene.went_on == 0);
  scene.done.at(0)();
  CHECK(scene.went_on == 1);
  scene.wait();
  CHECK(scene.went_on == 2);
  scene.answer(question, home);  // once more: it was answered
  CHECK(scene.told.size() == 1);
}

TEST_CASE("when they have changed, what was told before does not let a call go on") {
  Scene scene;
  scene.initialize({{"roots", Json::object()}});
  const Json first = scene.wire.take().at(0);
  scene.wire.dispatcher.receive(R"({"jsonrpc":"2.0","method":"notifications/roots/list_changed"})");
  const Json second = scene.wire.take().at(0);
  scene.wait();
  scene.answer(first, home);
  scene.done.at(0)();
  CHECK(scene.went_on == 0);
  scene.answer(second, {{"roots", Json::array()}});
  scene.done.at(1)();
  CHECK(scene.went_on == 1);
  CHECK(scene.told.at(1).empty());
}

TEST_CASE("a client that cannot tell its roots is not asked, and one that errs is not waited for") {
  Scene silent;
  silent.initialize({{"elicitation", Json::object()}});
  CHECK(silent.wire.take().empty());
  silent.wait();
  CHECK(silent.went_on == 1);
  for (const char* rest : {R"("error":{"code":-32601,"message":"no"}})", R"("result":{"roots":7}})"}) {
    Scene scene;
    scene.initialize({{"roots", Json::object()}});
    scene.wait();
    scene.wire.dispatcher.receive(
        fmt::format(R"({{"jsonrpc":"2.0","id":{},{})", mcp::text_of(scene.wire.take().at(0).at("id")), rest));
    CHECK(scene.went_on == 1);
    CHECK(scene.told.empty());
    CHECK(scene.wire.take().empty());
  }
}

TEST_CASE("a client that never answers is waited for two seconds") {
  Scene scene;
  scene.initialize({{"roots", Json::object()}});
  scene.roots.when_told([&] { scene.reactor.stop(); });
  scene.reactor.run();
  CHECK(scene.told.empty());
}

TEST_CASE("a client's root stands for the git top around it, and one that is not there for nothing") {
  const tests::TemporaryDirectory dir;
  const Caller caller = {::geteuid(), ::getegid(), {{"HOME", "/home/ada"}}};
  dir.make_directory("repo/.git");
  dir.make_directory("repo/src");
  dir.make_directory("plain/sub");
  CHECK(workspaces_around({dir / "repo/src", dir / "none", dir / "plain/sub"}, caller) ==
        Strings{dir / "repo", dir / "plain/sub"});
}

TEST_CASE("the first root that the config's workspaces cover becomes the workspace") {
  const tests::TemporaryDirectory dir;
  dir.make_directory("home/project/sub");
  dir.make_directory("srv/a");
  const auto first = [&](const Strings& directories, const Strings& patterns) {
    return first_workspace(directories, patterns, dir / "home");
  };
  CHECK(first({dir / "srv/a", dir / "home/project/sub"}, {"~/*"}) == dir / "home/project/sub");
  CHECK(first({dir / "home"}, {"~/*"}).empty());
  CHECK(first({dir / "home/none"}, {"~/*"}).empty());
  CHECK(first({dir / "srv/a"}, {"~/*", dir / "srv"}) == dir / "srv/a");
  CHECK(first({dir / "srv/a"}, {}).empty());
  CHECK_THROWS_WITH_AS(check_workspace_patterns({"~/*", "~/[a"}, "/home/ada"),
                       doctest::Contains("the config's 'workspaces': '~/[a': "), sys::Error);
}
