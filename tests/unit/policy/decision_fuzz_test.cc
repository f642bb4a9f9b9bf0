/// What holds for every decision, on rules and events that are made up.

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <set>

#include "policy/examples.h"
#include "tests/unit/policy/made_up.h"

namespace policy {
namespace {

using tests::pick;
using tests::Random;
using tests::some_event;
using tests::some_rule;

struct Written {
  Layer layer = Layer::user;
  std::string text;
};

RuleSet compiled(const std::vector<Written>& rules) {
  std::vector<Source> sources;
  for (const Layer layer : {Layer::system, Layer::user, Layer::project}) {
    std::string text;
    for (const Written& rule : rules)
      if (rule.layer == layer) text += "  - {" + rule.text + "}\n";
    if (!text.empty()) sources.push_back(tests::source("version: 1\nrules:\n" + text, layer));
  }
  return RuleSet::compile(std::move(sources), tests::here());
}

std::vector<Written> some_rules(Random& random) {
  constexpr const char* verdicts[] = {"allow", "ask", "deny", "deny"};
  std::vector<Written> rules;
  for (std::size_t number = random() % 5 + 1; number > 0; --number)
    rules.push_back({random() % 3 == 0 ? Layer::system : Layer::user,
                     fmt::format("id: r{}, ", number) + some_rule(random, pick(random, verdicts))});
  return rules;
}

/// As some event is decided, whichever kind it is.
using Ask = std::function<Decision(const RuleSet&)>;

Ask some_question(Random& random) {
  if (random() % 2 == 0)
    return [event = some_event(random)](const RuleSet& rules) { return rules.decide(event, State()); };
  const std::string text = pick(random, tests::made_up_targets);
  return [text](const RuleSet& rules) {
    const Spoken spoken = spoken_event(text).value();
    if (spoken.kind == EventKind::net) return rules.decide(net_event(spoken.what), State());
    return rules.decide(file_event(spoken.kind, spoken.what, "/ws", "/home/u", Resolve::by_name), State());
  };
}

std::set<std::string> matched(const Decision& decision) {
  std::set<std::string> ids;
  for (const Matched& rule : decision.matched) ids.insert(rule.rule);
  return ids;
}

std::string text_of(const std::vector<Written>& rules) {
  std::string text;
  for (const Written& rule : rules) text += fmt::format("{} {}\n", static_cast<int>(rule.layer), rule.text);
  return text;
}

bool is_by_rule(const Decision& decision) { return !decision.rule.starts_with("defaults."); }

TEST_CASE("an event is decided the same way twice, whatever the order of the rules") {
  Random random(21);
  std::size_t decided = 0;
  for (int round = 0, end = tests::rounds(1'500); round < end; ++round) {
    std::vector<Written> rules = some_rules(random);
    CAPTURE(text_of(rules));
    const RuleSet written = compiled(rules);
    std::shuffle(rules.begin(), rules.end(), random);
    const RuleSet shuffled = compiled(rules);
    for (int i = 0; i < 10; ++i) {
      const Ask ask = some_question(random);
      const Decision once = ask(written), again = ask(written), other = ask(shuffled);
      CHECK(again.verdict == once.verdict);
      CHECK(again.rule == once.rule);
      CHECK(other.verdict == once.verdict);
      CHECK(matched(other) == matched(once));
      decided += is_by_rule(once) ? 1 : 0;
    }
  }
  CHECK(static_cast<int>(decided) > tests::rounds(2'000));
}

/// What a rule's `values` say of an option is knowledge for its own layer and those below, which may take a
/// word from another rule.
TEST_CASE("a rule that is added takes nothing back that others deny or ask") {
  constexpr const char* verdicts[] = {"allow", "ask", "deny"};
  Random random(22);
  std::size_t refused = 0;
  for (int round = 0, end = tests::rounds(2'500); round < end; ++round) {
    std::vector<Written> rules = some_rules(random);
    const RuleSet before = compiled(rules);
    Written added{random() % 2 == 0 ? Layer::project : Layer::user,
                  "id: added, " + some_rule(random, pick(random, verdicts))};
    if (added.text.find("values:") != std::string::npos) added.layer = Layer::project;
    rules.insert(rules.begin() + static_cast<std::ptrdiff_t>(random() % (rules.size() + 1)), added);
    CAPTURE(text_of(rules));
    const RuleSet after = compiled(rules);
    for (int i = 0; i < 10; ++i) {
      const Ask ask = some_question(random);
      const Decision was = ask(before), is = ask(after);
      if (!is_by_rule(was) || was.verdict == Verdict::allow) continue;
      ++refused;
      CAPTURE(was.rule);
      CHECK(is.verdict >= was.verdict);
      CHECK(matched(is).contains(was.rule));
    }
  }
  CHECK(static_cast<int>(refused) > tests::rounds(2'000));
}

std::string some_bytes(Random& random) {
  constexpr const char* pieces[] = {"-",  "--", "=", "/", "..", "*", "a",  "\xff",
                                    "\n", "{}", "@", "~", "$",  "[", "\\", ":"};
  std::string text;
  for (std::size_t left = random() % 12; left > 0; --left) text += pick(random, pieces);
  if (random() % 50 == 0) text.append(100'000, 'a');
  return text;
}

TEST_CASE("whatever an event has in it, it is decided, and soon") {
  const RuleSet rules = tests::rules(R"(version: 1
extends: [builtin:base]
rules:
  - {id: stars, event: exec, when: {args: ["*a*a*a*a*a*a*b", "**", "x*a*y", "**"]}, verdict: ask, reason: r}
  - {id: paths, event: exec, when: {paths: {any: ["**/a/**/a/**/b*a*a*b/**"]}}, verdict: deny, reason: r}
  - {id: files, event: [read, write], when: {path: "**/*a*a*a*b/**/a"}, verdict: deny, reason: r}
)");
  constexpr const char* names[] = {"git", "env", "find", "curl", "xargs", "kubectl", "rm", "made-up"};
  Random random(23);
  for (int round = 0, end = tests::rounds(1'500); round < end; ++round) {
    std::vector<std::string> argv{pick(random, names)};
    for (std::size_t left = random() % 8; left > 0; --left) argv.push_back(some_bytes(random));
    if (round % 300 == 0) argv.resize(5'000, "a/a/a");
    sandbox::ExecEvent event = tests::event_of(argv, tests::program_file(argv.front()));
    if (random() % 20 == 0) event.images.front().argv.clear();
    if (random() % 20 == 0) event.images.front().called = some_bytes(random);
    const FileEvent file =
        file_event(EventKind::read, "/" + some_bytes(random), "/ws", "/home/u", Resolve::by_name);
    const NetEvent net{some_bytes(random), {}, static_cast<std::uint16_t>(random()), "shell", {}, {}};
    const Decision first = rules.decide(event, State()), again = rules.decide(event, State());
    CHECK(first.verdict == again.verdict);
    CHECK(first.rule == again.rule);
    CHECK(rules.decide(file, State()).rule == rules.decide(file, State()).rule);
    CHECK(rules.decide(net, State()).rule == rules.decide(net, State()).rule);
  }
}

}  // namespace
}  // namespace policy
