#include "policy/overview.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/policy/events.h"

namespace policy {
namespace {

using tests::source;

std::vector<Source> sources() {
  return {source("version: 1\nprograms: {t: {flags: [-a]}}\n"
                 "rules:\n  - {id: p, event: [exec, net], verdict: deny, reason: r}\n",
                 Layer::project),
          source("version: 1\ndefaults: {exec: ask}\nsets: {s: [a, b]}\n"
                 "rules:\n  - {id: u, event: exec, when: {program: \"@s\"}, verdict: allow}\n"
                 "except:\n  p: {when: {program: ls}}\n",
                 Layer::user)};
}

TEST_CASE("what rules there are is told by layer, each with its place") {
  CHECK(overview_text(look_over(sources(), tests::here(), {})) == R"(defaults:
  exec  ask   rules.yaml:2:18
  read  allow builtin:defaults
  write allow builtin:defaults
  net   deny  builtin:defaults
sets:
  @s rules.yaml:3:8 a, b
programs:
  t rules.yaml:2:12
except:
  p rules.yaml:7:3
rules:
  allow exec     u rules.yaml:5:5
  deny  exec net p rules.yaml:4:5
)");
}

TEST_CASE("the same as JSON") {
  const nlohmann::ordered_json json = overview_json(look_over(sources(), tests::here(), {}));
  CHECK(json["defaults"]["exec"]["source"] == "rules.yaml:2:18");
  CHECK(json["sets"][0]["words"].size() == 2);
  CHECK(json["except"][0]["rule"] == "p");
  REQUIRE(json["rules"].size() == 2);
  CHECK(json["rules"][1]["layer"] == "project");
  CHECK(json["rules"][1]["held"] == true);
  CHECK(json["rules"][1]["events"] == nlohmann::ordered_json{"exec", "net"});
}

TEST_CASE("builtin:base is shown once, before the file that extends it first") {
  const std::string extends = "version: 1\nextends: builtin:base\n";
  const Overview overview = look_over({source(extends), source(extends + "rules: []\n")}, tests::here(), {});
  REQUIRE(overview.files.size() == 3);
  CHECK(overview.files[0].rules.rules.front().place.file == base_name);
}

TEST_CASE("a document is JSON with its numbers and truths") {
  const auto json = document_json(config::read_yaml("{version: 1, a: [\"1\", true, 'true', 010]}", "f"));
  CHECK(json.dump() == R"({"version":1,"a":["1",true,"true","010"]})");
}

}  // namespace
}  // namespace policy
