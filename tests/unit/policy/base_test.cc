#include <doctest/doctest.h>

#include "policy/trial.h"
#include "tests/unit/data.h"
#include "tests/unit/policy/events.h"

namespace policy {
namespace {

TEST_CASE("the rules of builtin:base match what they are meant for") {
  config::Node base = base_rules();
  const config::Node examples = config::read_yaml_file(tests::data_file("rules/base_examples.yaml"));
  std::size_t rules = 0;
  for (config::Node& rule : base.entries.back().value.items) {
    rule.place.file = "base.yaml";  // what is built in has its examples tried nowhere else
    const std::string id = rule.entries.front().value.scalar;
    for (const config::Entry& of_rule : examples.entries) {
      if (of_rule.key.scalar != id) continue;
      config::Entry added = of_rule;
      added.key.scalar = "examples";
      rule.entries.push_back(std::move(added));
      ++rules;
    }
  }
  CHECK(rules == base.entries.back().value.items.size());
  CHECK(rules == examples.entries.size());
  const Trial trial = try_rules({{Layer::user, std::move(base)}}, tests::here());
  for (const config::BadInput& failure : trial.failures) MESSAGE(failure.what());
  CHECK(trial.failures.empty());
  CHECK(trial.examples > 30);
}

TEST_CASE("builtin:base leaves ordinary work alone") {
  const RuleSet rules = tests::rules("version: 1\nextends: [builtin:base]\n");
  for (const char* line : {"git commit -m x", "git config user.email a@b", "git config --global --list",
                           "git push -u origin main", "git switch --track origin/x", "git remote add o url",
                           "git branch -m a b", "git worktree add ../x", "git submodule add u p",
                           "git config --get-all remote.origin.fetch", "git config alias.st status", "npm ci",
                           "make -j2", "gatehouse exec -- true", "gatehouse policy check -- sudo id",
                           "ls /usr/bin/sudo", "python3 -m venv x", "cargo build", "man su"}) {
    CAPTURE(std::string(line));
    const Decision decision = rules.decide(tests::event_of(line), State());
    CHECK(decision.verdict == Verdict::allow);
    CHECK(decision.matched.empty());
  }
}

TEST_CASE("builtin:base names what to do instead") {
  const RuleSet rules = tests::rules("version: 1\nextends: [builtin:base]\n");
  const Decision decision = rules.decide(tests::event_of("sudo id"), State());
  CHECK(decision.verdict == Verdict::deny);
  CHECK(decision.source.file == "builtin:base");
  CHECK(decision.source.line > 0);
  CHECK_FALSE(decision.suggest.empty());
}

}  // namespace
}  // namespace policy
