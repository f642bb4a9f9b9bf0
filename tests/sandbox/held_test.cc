#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "tests/sandbox/turns_scene.h"

namespace launcher_test {
namespace {

namespace fs = std::filesystem;
using sandbox::Held;
using As = sandbox::Held::As;

/// A session in a workspace with a few files, all of which say what they are.
struct HoldScene : Scene {
  explicit HoldScene(std::vector<std::string> files = {}, sandbox::Spec spec = session_spec())
      : Scene(std::move(spec)) {
    for (const std::string& file : files) write(file);
  }

  void write(const std::string& file) { write_text(at(file), "SECRET " + file + "\n"); }
  [[nodiscard]] std::string at(const std::string& file) const { return workspace() + "/" + file; }

  std::vector<sandbox::NotHeld> change(const std::vector<std::pair<std::string, As>>& held,
                                       const std::vector<std::string>& let_go = {}) {
    sandbox::HoldOrder order;
    for (const auto& [file, as] : held) order.held.push_back({at(file), as, {}});
    for (const std::string& file : let_go) order.let_go.push_back(at(file));
    return supervisor().hold(order);
  }
  std::string output_of(const std::string& script) { return run(script).output; }
  bool reads(const std::string& file) { return output_of("cat " + file).find("SECRET") != std::string::npos; }
};

using Hold = std::vector<std::pair<std::string, As>>;

}  // namespace

TEST_SUITE("held") {
  TEST_CASE(
      "what is replaced reads as another text, which may change, and is there again when it is let go") {
    if (!can_run()) return;
    HoldScene scene({"rc"});
    const auto replace = [&](const std::string& text) {
      return scene.supervisor().hold({{{scene.at("rc"), As::replaced, text}}, {}});
    };
    CHECK(replace("one\n").empty());
    CHECK(scene.output_of("cat rc; echo x >> rc; mv rc other; rm -f rc; cat rc").find("SECRET") ==
          std::string::npos);
    CHECK(scene.output_of("cat rc") == "one\n");
    CHECK(replace("two\n").empty());
    CHECK(scene.output_of("cat rc") == "two\n");
    write_text(scene.at("new"), "SECRET new\n");
    fs::rename(scene.at("new"), scene.at("rc"));  // by somebody outside: the cover goes with the old file
    CHECK(replace("two\n").empty());
    CHECK(scene.output_of("cat rc") == "two\n");
    CHECK(scene.change({{"rc", As::hidden}}).empty());
    CHECK(scene.output_of("cat rc; true").find("two") == std::string::npos);
    CHECK(scene.change({}, {"rc"}).empty());
    CHECK(scene.reads("rc"));
  }

  TEST_CASE("what is hidden while commands run is read by no program, and can be read when it is let go") {
    if (!can_run()) return;
    HoldScene scene({".env", "sub/deep/.env", "keys/id"});
    const Scene::Id running = scene.start("until [ -e go ]; do sleep 0.01; done; cat .env sub/deep/.env");
    const Hold all = {{".env", As::hidden}, {"sub/deep/.env", As::hidden}, {"keys", As::hidden}};
    CHECK(scene.change(all).empty());
    write_text(scene.at("go"), "");
    CHECK(scene.wait(running).output.find("SECRET") == std::string::npos);
    const std::string tried = scene.output_of(
        "cat .env sub/deep/.env keys/id; cd sub; cat deep/.env; cat /proc/self/cwd/deep/.env; cd ..; "
        "ln .env hard; mv .env moved; rm -f .env; cat hard moved; mv sub other; cat other/deep/.env; rm -rf "
        "keys");
    CHECK(tried.find("SECRET") == std::string::npos);
    CHECK(read_text(scene.at("sub/deep/.env")) == "SECRET sub/deep/.env\n");
    CHECK(scene.change({}, {".env", "sub/deep/.env", "keys"}).empty());
    for (const char* file : {".env", "sub/deep/.env", "keys/id"}) CHECK(scene.reads(file));
    CHECK(scene.run("mv sub other && rm -rf keys .env").outcome.status.code == 0);
  }

  TEST_CASE("what is read-only while commands run is not changed, nor is its name, and is writable again") {
    if (!can_run()) return;
    HoldScene scene({"config/lock", "vendor/lib/x"});
    const std::string attack =
        "cd config; echo bad > lock; cd ..; echo bad > config/lock; rm -f config/lock; mv config/lock x; "
        "mv config old; mkdir config; echo bad > config/lock; ln config/lock hard; echo bad > hard; "
        "ln -sfn /etc/passwd config/lock; chmod 777 config/lock; echo bad > vendor/lib/x; touch vendor/new";
    CHECK(scene.change({{"config/lock", As::read_only}, {"vendor", As::read_only}}).empty());
    scene.run(attack);
    CHECK(read_text(scene.at("config/lock")) == "SECRET config/lock\n");
    CHECK(read_text(scene.at("vendor/lib/x")) == "SECRET vendor/lib/x\n");
    CHECK_FALSE(exists(scene.at("vendor/new")));
    CHECK(scene.reads("config/lock"));
    CHECK(scene.change({}, {"config/lock", "vendor"}).empty());
    scene.run(attack);
    CHECK(read_text(scene.at("config/lock")) != "SECRET config/lock\n");
    CHECK(exists(scene.at("vendor/new")));
  }

  TEST_CASE("what a sandbox was built with is let go like what came later") {
    if (!can_run()) return;
    sandbox::Spec spec = session_spec();
    write_text(spec.cwd + "/a/.env", "SECRET\n");
    spec.held = {{spec.cwd + "/a/.env", As::hidden, {}}, {spec.cwd + "/missing", As::hidden, {}}};
    HoldScene scene({}, spec);
    CHECK_FALSE(scene.reads("a/.env"));
    CHECK(scene.run("mv a b").outcome.status.code != 0);
    CHECK(scene.change({}, {"a/.env"}).empty());
    CHECK(scene.reads("a/.env"));
  }

  TEST_CASE("hidden and read-only turn into one another without a moment between") {
    if (!can_run()) return;
    HoldScene scene({"file"});
    CHECK(scene.change({{"file", As::hidden}}).empty());
    const Scene::Id watcher = scene.start(
        "until [ -e stop ]; do echo bad >> file; done 2>/dev/null; true");  // opens it to write, all the time
    for (int round = 0; round < 50; ++round) {
      CHECK(scene.change({{"file", As::read_only}}).empty());
      CHECK(scene.change({{"file", As::hidden}}).empty());
    }
    CHECK(scene.change({{"file", As::read_only}}).empty());
    CHECK(scene.reads("file"));
    write_text(scene.at("stop"), "");
    scene.wait(watcher);
    CHECK(read_text(scene.at("file")) == "SECRET file\n");
    CHECK(scene.change({}, {"file"}).empty());
    CHECK(scene.run("echo x > file").outcome.status.code == 0);
  }

  TEST_CASE("what is held in a directory stays held when the directory comes to be held, or is let go") {
    if (!can_run()) return;
    HoldScene scene({"vendor/.env", "vendor/late", "vendor/x"});
    const Scene::Id inside = scene.start("cd vendor; : > ../in; until [ -e " + scene.at("go") +
                                         " ]; do sleep 0.01; done; cat .env late");
    REQUIRE(scene.until([&] { return exists(scene.at("in")); }));
    CHECK(scene.change({{"vendor/.env", As::hidden}}).empty());
    CHECK(scene.change({{"vendor", As::read_only}}).empty());
    for (const sandbox::NotHeld& failure : scene.change({{"vendor/late", As::hidden}}))
      FAIL_CHECK(failure.why);
    CHECK_FALSE(scene.reads("vendor/.env"));
    CHECK_FALSE(scene.reads("vendor/late"));
    CHECK(scene.run("touch vendor/new").outcome.status.code != 0);
    CHECK(scene.change({}, {"vendor"}).empty());
    CHECK_FALSE(scene.reads("vendor/.env"));
    CHECK_FALSE(scene.reads("vendor/late"));
    CHECK(scene.run("touch vendor/new").outcome.status.code == 0);
    write_text(scene.at("go"), "");
    CHECK(scene.wait(inside).output.find("SECRET") == std::string::npos);
    CHECK(scene.change({}, {"vendor/.env", "vendor/late"}).empty());
    CHECK(scene.reads("vendor/.env"));
    CHECK(scene.reads("vendor/late"));
  }

  TEST_CASE("what lies in a hidden directory is held before the directory is let go") {
    if (!can_run()) return;
    HoldScene scene({"keys/id", "keys/pub"});
    CHECK(scene.change({{"keys", As::hidden}}).empty());
    CHECK(scene.change({{"keys/id", As::hidden}}, {"keys"}).empty());
    CHECK_FALSE(scene.reads("keys/id"));
    CHECK(scene.reads("keys/pub"));
  }

  TEST_CASE(
      "a file that somebody outside puts in place of a hidden one is hidden when it is asked for again") {
    if (!can_run()) return;
    HoldScene scene({".env", "d/.env"});
    CHECK(scene.change({{".env", As::hidden}, {"d/.env", As::hidden}}).empty());
    scene.write("new");
    fs::rename(scene.at("new"), scene.at(".env"));
    fs::rename(scene.at("d"), scene.at("e"));
    CHECK(scene.reads(".env"));  // the kernel took the cover off with the file
    CHECK(scene.change({{".env", As::hidden}, {"e/.env", As::hidden}}, {"d/.env"}).empty());
    CHECK_FALSE(scene.reads(".env"));
    CHECK_FALSE(scene.reads("e/.env"));
    CHECK(scene.change({}, {".env", "e/.env"}).empty());
    CHECK(scene.reads(".env"));
    CHECK(scene.reads("e/.env"));
  }

  TEST_CASE("no link that a command put on the way is followed, which is said") {
    if (!can_run()) return;
    HoldScene scene({"d/.env", "other/.env"});
    scene.run("mv d gone; ln -s other d");
    const auto failures = scene.change({{"d/.env", As::hidden}, {"other/.env", As::hidden}});
    REQUIRE(failures.size() == 1);
    CHECK(failures.front().path == scene.at("d/.env"));
    CHECK(failures.front().why.find("opening") != std::string::npos);
    CHECK_FALSE(scene.reads("other/.env"));
  }

  TEST_CASE("a file in a directory that its owner has closed is hidden all the same") {
    if (!can_run()) return;
    HoldScene scene({"d/.env"});
    scene.run("chmod 000 d");
    CHECK(scene.change({{"d/.env", As::hidden}}).empty());
    scene.run("chmod 700 d");
    CHECK_FALSE(scene.reads("d/.env"));
  }

  TEST_CASE("a descriptor from before stays usable, a name does not") {
    if (!can_run()) return;
    HoldScene scene({".env"});
    const Scene::Id turn =
        scene.start("exec 3< .env; : > open; until [ -e go ]; do sleep 0.01; done; cat <&3; cat .env");
    REQUIRE(scene.until([&] { return exists(scene.at("open")); }));
    CHECK(scene.change({{".env", As::hidden}}).empty());
    write_text(scene.at("go"), "");
    const std::string output = scene.wait(turn).output;
    CHECK(output.find("SECRET") != std::string::npos);
    CHECK(output.rfind("SECRET") == output.find("SECRET"));
  }

  TEST_CASE("five hundred files are held and let go again") {
    if (!can_run()) return;
    HoldScene scene;
    Hold all;
    std::vector<std::string> names;
    for (int i = 0; i < 500; ++i) {
      names.push_back("d" + std::to_string(i % 20) + "/f" + std::to_string(i));
      scene.write(names.back());
      all.emplace_back(names.back(), i % 2 == 0 ? As::hidden : As::read_only);
    }
    CHECK(scene.change(all).empty());
    CHECK_FALSE(scene.reads("d0/f0"));
    CHECK(scene.run("echo x > d1/f1").outcome.status.code != 0);
    CHECK(scene.change({}, names).empty());
    CHECK(scene.reads("d0/f0"));
    CHECK(scene.run("rm -r d*").outcome.status.code == 0);
  }

  TEST_CASE("a sandbox without mounts says of each that it is not held") {
    if (is_root()) return;
    const int status =
        fork_without_namespaces([] {
          HoldScene scene({".env"});
          const auto failures = scene.change({{".env", As::hidden}});
          return failures.size() == 1 && failures.front().why == "this sandbox has no mounts" ? 0 : 1;
        })
            .wait()
            .as_shell();
    CHECK(status == 0);
  }
}

}  // namespace launcher_test
