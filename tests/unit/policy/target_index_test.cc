#include "policy/target_index.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "policy/rules_reader.h"
#include "tests/unit/policy/events.h"

namespace policy {
namespace {

constexpr const char* text = R"(
version: 1
rules:
  - {id: r0, event: read, when: {path: ["**/.env", "~/.ssh/**"]}, verdict: deny, reason: r}
  - {id: r1, event: read, when: {path: "${workspace}/a/*.c"}, verdict: deny, reason: r}
  - {id: r2, event: read, when: {path: "*.pem"}, verdict: deny, reason: r}
  - {id: r3, event: read, when: [{path: b/}, {tool: grep}], verdict: deny, reason: r}
  - {id: r4, event: read, when: {path: "/"}, verdict: deny, reason: r}
  - {id: n5, event: net, when: {host: [a.example, "*.b.example"]}, verdict: deny, reason: r}
  - {id: n6, event: net, when: {host: [10.0.0.0/8, "2001:db8::/32"]}, verdict: deny, reason: r}
  - {id: n7, event: net, when: {port: 80}, verdict: deny, reason: r}
  - {id: n8, event: net, when: {host: 10.1.0.0/16}, verdict: deny, reason: r}
)";

struct Indexed {
  config::Node document = config::read_yaml(text, "rules.yaml");
  RulesFile file = read_rules(document, Layer::user, tests::here(), {});
  TargetIndex files, connections;

  Indexed() {
    for (TargetIndex::Number number = 0; number < file.rules.size(); ++number)
      (file.rules[number].is_for(EventKind::net) ? connections : files).add(number, file.rules[number]);
  }
};

using Numbers = std::vector<TargetIndex::Number>;

TEST_CASE("the index leaves out rules that name other files, hosts and networks") {
  const Indexed indexed;
  const auto file = [&](const std::string& path) {
    return indexed.files.candidates(file_event(EventKind::read, path, "/ws", "/home/u", Resolve::by_name));
  };
  CHECK(file("x") == Numbers{2, 3, 4});
  CHECK(file(".env") == Numbers{0, 2, 3, 4});
  CHECK(file("a/x") == Numbers{1, 2, 3, 4});
  const auto connection = [&](const std::string& to) {
    return indexed.connections.candidates(net_event(to));
  };
  CHECK(connection("x:1") == Numbers{7});
  CHECK(connection("A.example.:1") == Numbers{5, 7});
  CHECK(connection("x.y.b.example:1") == Numbers{5, 7});
  CHECK(connection("10.1.2.3:1") == Numbers{6, 7, 8});
  CHECK(connection("[2001:db8::1]:1") == Numbers{6, 7});
}

TEST_CASE("the index leaves out no rule that matches") {
  const Indexed indexed;
  const std::vector<std::string> names{".env", ".ssh", "a", "b", "x.c", "k.pem", "home", "u", "ws", "c"};
  std::mt19937 random(5);
  int matched = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string path = round % 3 == 0 ? "/ws" : round % 3 == 1 ? "/home/u" : "";
    for (std::size_t depth = random() % 4 + 1; depth > 0; --depth)
      path += "/" + names[random() % names.size()];
    CAPTURE(path);
    const FileEvent event = file_event(EventKind::read, path, "/", "/home/u", Resolve::by_name);
    const Numbers candidates = indexed.files.candidates(event);
    for (TargetIndex::Number number = 0; number < 5; ++number) {
      for (const Matcher& matcher : indexed.file.rules[number].when) {
        Scene scene;
        const State state;
        scene.state = &state;
        scene.file = &event;
        scene.tool = event.tool;
        if (mismatch_of(matcher, scene, Reach::wide) != Mismatch::none) continue;
        ++matched;
        CHECK(std::find(candidates.begin(), candidates.end(), number) != candidates.end());
      }
    }
  }
  CHECK(matched > 1000);
}

}  // namespace
}  // namespace policy
