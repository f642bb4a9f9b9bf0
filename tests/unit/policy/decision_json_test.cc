#include "policy/decision_json.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/policy/events.h"

namespace policy {
namespace {

TEST_CASE("a decision's JSON has the keys of the design, in their order") {
  const RuleSet rules = tests::rules_of(
      "  - {id: a, event: exec, when: {program: id}, verdict: ask, reason: why, suggest: that}\n");
  sandbox::ExecEvent event = tests::event_of("id -u");
  event.caller = tests::caller("make x");
  const State state;
  const nlohmann::ordered_json json = decision_json(rules.decide(event, state), state);
  CHECK(
      json_text(json) ==
      R"({"verdict":"ask","rule":"a","source":"rules.yaml:3:5","reason":"why","suggest":"that","profile":"",)"
      R"("matched":[{"rule":"a","verdict":"ask","source":"rules.yaml:3:5"}],"chain":["make","id"],)"
      R"("state":{"mode":"workspace-write","network":"none","tier":"A","generation":1},"rules_generation":1})");
}

TEST_CASE("the JSON of a file and of a connection says what is asked about") {
  CHECK(json_text(event_json(file_event(EventKind::read, "~/x", "/ws", "/home/u", Resolve::by_name))) ==
        R"({"type":"read","path":"/home/u/x","named":"/home/u/x","tool":"read"})");
  CHECK(json_text(event_json(net_event("a.example:80"))) ==
        R"({"type":"net","host":"a.example","address":"","port":80,"tool":"shell","process":null})");
  NetEvent event = net_event("[::1]:80");
  event.process = std::make_shared<sandbox::ExecEvent>(tests::event_of("curl x"));
  const nlohmann::ordered_json json = event_json(event);
  CHECK(json.at("address") == "::1");
  CHECK(json.at("process").at("argv").at(0) == "curl");
}

TEST_CASE("an event's JSON is bounded and never fails on bytes") {
  std::vector<std::string> argv{"x", "a\nb\xff"};
  argv.insert(argv.end(), 100'000, "w");
  argv.emplace_back(1'000'000, 'y');
  sandbox::ExecEvent event = tests::event_of(argv, tests::program_file("id"));
  event.cwd = "/\xfe";
  const nlohmann::ordered_json json = event_json(event);
  CHECK(json.at("words") == 100'003);
  CHECK(json.at("argv").size() == 1000);
  CHECK(json.at("argv").at(1) == "a\\nb\\xff");
  CHECK(json_text(json).size() < 200'000);
  CHECK_NOTHROW(json_text({{"raw", "\xff"}}));
}

}  // namespace
}  // namespace policy
