#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "config/file.h"
#include "policy/base_rules.h"
#include "policy/trial.h"
#include "sandbox/guard/protected_names.h"
#include "tests/unit/data.h"
#include "tests/unit/policy/events.h"

namespace policy {
namespace {

config::Node& value_of(config::Node& map, std::string_view key) {
  const auto entry = std::find_if(map.entries.begin(), map.entries.end(),
                                  [&](const config::Entry& each) { return each.key.scalar == key; });
  REQUIRE(entry != map.entries.end());
  return entry->value;
}

/// Of every subject: rule ids, and match and no_match of each.
std::vector<config::Entry> all_examples() {
  std::vector<config::Entry> all;
  for (const auto& file : std::filesystem::directory_iterator(tests::data_file("rules/base"))) {
    config::Node examples = config::read_yaml_file(file.path().string());
    std::move(examples.entries.begin(), examples.entries.end(), std::back_inserter(all));
  }
  return all;
}

/// Rules with examples are tried as a user's are, for what is built in has them tried nowhere else.
config::Node with_examples(config::Node base, const std::vector<config::Entry>& examples) {
  for (config::Node& rule : value_of(base, "rules").items) {
    rule.place.file = "base.yaml";
    const std::string id = rule.entries.front().value.scalar;
    for (const config::Entry& of_rule : examples) {
      if (of_rule.key.scalar != id) continue;
      config::Entry added = of_rule;
      added.key.scalar = "examples";
      rule.entries.push_back(std::move(added));
    }
    CAPTURE(id);
    CHECK(rule.entries.back().key.scalar == "examples");
  }
  return base;
}

TEST_CASE("the rules of builtin:base match what they are meant for") {
  config::Node base = base_rules();
  const std::vector<config::Entry> examples = all_examples();
  CHECK(examples.size() == value_of(base, "rules").items.size());
  const Trial trial = try_rules({{Layer::user, with_examples(std::move(base), examples)}}, tests::here());
  for (const config::BadInput& failure : trial.failures) MESSAGE(std::string(failure.what()));
  CHECK(trial.failures.empty());
  CHECK(trial.examples > 400);
}

TEST_CASE("builtin:base denies to write what the guard takes back") {
  const RuleSet rules = tests::rules("version: 1\nextends: [builtin:base]\n");
  const auto is_denied = [&](const std::string& path) {
    const FileEvent event = file_event(EventKind::write, path, "/ws", "/home/u", Resolve::by_name);
    return rules.decide(event, State()).verdict == Verdict::deny;
  };
  for (std::string name : sandbox::protected_by_default()) {
    std::replace(name.begin(), name.end(), '*', 'x');
    CAPTURE(name);
    CHECK((is_denied(name) || is_denied(name + "/in-the-directory")));
  }
}

TEST_CASE("what the sandbox hides lies below HOME, and a directory stands beside what lies in it") {
  const std::vector<std::string_view> words = base_set("credential-files");
  CHECK(words.size() > 85);
  for (const std::string_view word : words) {
    CAPTURE(std::string(word));
    const std::string_view plain = word.ends_with("/**") ? word.substr(0, word.size() - 3) : word;
    CHECK(plain.starts_with("~/"));
    CHECK(plain.find_first_of("*?[\\") == std::string_view::npos);
    CHECK(std::find(words.begin(), words.end(), plain) != words.end());
  }
}

TEST_CASE("builtin:base leaves ordinary work alone") {
  const RuleSet rules = tests::rules("version: 1\nextends: [builtin:base]\n");
  for (const char* line : {"git commit -m x",
                           "git config user.email a@b",
                           "git config --global --list",
                           "git push --dry-run origin main",
                           "git push ../far.git main",
                           "git switch --track origin/x",
                           "git remote add o url",
                           "git branch -m a b",
                           "git worktree add ../x",
                           "git submodule add u p",
                           "git config --get-all remote.origin.fetch",
                           "git config alias.st status",
                           "npm ci",
                           "make -j2",
                           "gatehouse exec -- true",
                           "gatehouse policy check -- sudo id",
                           "ls /usr/bin/sudo",
                           "python3 -m venv x",
                           "cargo build",
                           "man su"}) {
    CAPTURE(std::string(line));
    const Decision decision = rules.decide(tests::event_of(line), State());
    CHECK(decision.verdict == Verdict::allow);
    CHECK(decision.matched.empty());
  }
}

TEST_CASE("builtin:base holds for a file that the owner says is one of its programs") {
  constexpr const char* text =
      "version: 1\nextends: [builtin:base]\nprograms: {sudo: {paths: [/usr/bin/printf]}}\n";
  const RuleSet rules = tests::rules(text);
  CHECK(rules.decide(tests::event_of("printf x"), State()).rule == "base.privilege");
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
