#include "policy/trial.h"

#include <doctest/doctest.h>

#include "tests/unit/policy/events.h"

namespace policy {
namespace {

std::vector<std::string> failures(const std::string& text) {
  std::vector<std::string> sentences;
  for (const config::BadInput& failure :
       try_rules({tests::source("version: 1\n" + text)}, tests::here()).failures)
    sentences.emplace_back(failure.what());
  return sentences;
}

const std::string pushes = R"(
rules:
  - {id: push, event: exec, when: {program: git, args: [push]}, verdict: ask, reason: r}
  - {id: force, event: exec, when: {program: git, args: [push], options: {any: [-f]}}, verdict: deny, reason: r}
  - {id: fetch, event: exec, when: {program: git, args: [fetch]}, verdict: allow, profile: net}
profiles: {net: {network: full}}
)";

TEST_CASE("the examples of a file are judged by all its rules together, the strictest command counting") {
  CHECK(failures(pushes + R"(
examples:
  allow: [git log, git fetch, echo git push]
  ask: [git push, "git log && sh -c 'git push'"]
  deny: ["git push; git push -f", timeout 9 git push -f]
  profile: {net: [git fetch, "ls; git fetch"]}
)")
            .empty());
}

TEST_CASE("the examples of a file speak about files and connections too") {
  const std::string rules = R"(
rules:
  - {id: a, event: read, when: {path: .env}, verdict: deny, reason: r}
  - {id: b, event: net, when: {host: a.example, port: 443}, verdict: allow}
  - {id: c, event: net, when: {program: curl}, verdict: ask, reason: r}
)";
  CHECK(failures(rules + R"(
examples:
  deny: [read x/.env, "net b.example:443 -- id", "net a.example:80 -- id"]
  ask: ["net a.example:443 -- env curl x"]
  allow: [read x, "net a.example:443 -- id", write .env]
)")
            .empty());
  CHECK(failures("examples: {deny: ['net a.example:443', read x]}\n").size() == 1);
  CHECK(failures(rules + "examples: {allow: ['net a.example:x']}\n").at(0).starts_with("rules.yaml:7:20: "));
}

TEST_CASE("an example that the rules of its file decide otherwise is named with both verdicts and the rule") {
  const auto said =
      failures(pushes + "examples: {ask: [git push -f, git log], profile: {net: [git pull]}}\n");
  REQUIRE(said.size() == 3);
  CHECK(said[0] ==
        "rules.yaml:8:18: these rules should say ask to this example, and say deny (force): 'git push -f'");
  CHECK(said[1] ==
        "rules.yaml:8:31: these rules should say ask to this example, and say allow (defaults.exec): 'git "
        "log'");
  CHECK(said[2] == "rules.yaml:8:57: this example should run in profile 'net', and runs in none: 'git pull'");
}

TEST_CASE("the examples of a file bind policy test and no start: other files may decide otherwise") {
  const std::string text = "version: 1\nexamples: {deny: [ls]}\n";
  CHECK(try_rules({tests::source(text)}, tests::here()).failures.size() == 1);
  CHECK(tests::verdict(tests::rules(text), "ls") == Verdict::allow);
}

TEST_CASE("an example says what starts it where that matters, outermost first") {
  const std::string rule = R"(
rules:
  - id: a
    event: exec
    when: {program: git, args: [push], top: false, ancestor: {program: make, args: [release]}, parent: {program: sh}}
    verdict: deny
    reason: r
    examples:
)";
  CHECK(failures(rule + R"(
      match:
        - {command: git push, by: [make release, sh -c x]}
        - {command: "sh -c 'git push'", by: make -C sub release}
      no_match:
        - "sh -c 'git push'"
        - {command: git push, by: make release}
        - {command: git push, by: [sh -c x, make release]}
        - {command: git push, by: [make test, sh -c x]}
)")
            .empty());
  CHECK(failures(rule + "      match: [{command: git push, by: cd x}]\n")
            .at(0)
            .find("nothing starts in 'cd x'") != std::string::npos);
}

}  // namespace
}  // namespace policy
