#include <doctest/doctest.h>

#include "tests/unit/policy/events.h"
#include "tests/unit/temporary.h"

namespace policy {
namespace {

using tests::rules_of;

FileEvent event_of(EventKind kind, const std::string& path) {
  return file_event(kind, path, "/ws", "/home/u", Resolve::by_name);
}

Verdict read(const RuleSet& rules, const std::string& path) {
  return rules.decide(event_of(EventKind::read, path), State()).verdict;
}

Verdict write(const RuleSet& rules, const std::string& path) {
  return rules.decide(event_of(EventKind::write, path), State()).verdict;
}

TEST_CASE("a rule on read or write holds for its event and its paths alone") {
  const RuleSet rules = rules_of(R"(
  - {id: r, event: read, when: {path: ["**/.env", "~/.ssh/**"]}, verdict: deny, reason: r}
  - {id: w, event: write, when: {path: "${workspace}/gen"}, verdict: ask, reason: r}
  - {id: e, event: exec, verdict: deny, reason: r}
)");
  for (const char* path : {".env", "a/.env", "/.env", ".env/x", "~/.ssh/id", "~/.ssh/a/b"}) {
    CAPTURE(path);
    CHECK(read(rules, path) == Verdict::deny);
    CHECK(write(rules, path) == Verdict::allow);
  }
  for (const char* path : {"env", "a.env", ".env.example", "~/.ssh", "/x/.ssh/id"}) {
    CAPTURE(path);
    CHECK(read(rules, path) == Verdict::allow);
  }
  CHECK(write(rules, "gen/a") == Verdict::ask);
  CHECK(write(rules, "gene") == Verdict::allow);
  CHECK(read(rules, "gen/a") == Verdict::allow);
}

TEST_CASE("a decision about a file names the rule, its place, and every rule that matched") {
  const RuleSet rules = rules_of(R"(
  - {id: allow, event: [read, write], when: {path: "**"}, verdict: allow}
  - {id: deny, event: [read, write], when: {path: .env}, verdict: deny, reason: Secret., suggest: Ask.}
  - {id: ask, event: read, when: {path: .env}, verdict: ask, reason: r}
)");
  const Decision decision = rules.decide(event_of(EventKind::read, ".env"), State());
  CHECK(decision.verdict == Verdict::deny);
  CHECK(decision.rule == "deny");
  CHECK(config::text_of(decision.source) == "rules.yaml:5:5");
  CHECK(decision.reason == "Secret.");
  CHECK(decision.suggest == "Ask.");
  CHECK(decision.matched.size() == 3);
  CHECK(rules.decide(event_of(EventKind::write, ".env"), State()).matched.size() == 2);
}

TEST_CASE("mode and tool are matched for files too") {
  const RuleSet rules = rules_of(R"(
  - {id: a, event: read, when: {tool: [grep, find]}, verdict: deny, reason: r}
  - {id: b, event: read, when: {mode: read-only, path: x}, verdict: ask, reason: r}
)");
  FileEvent event = event_of(EventKind::read, "x");
  CHECK(rules.decide(event, State()).verdict == Verdict::allow);
  State state;
  state.mode = sandbox::Mode::read_only;
  CHECK(rules.decide(event, state).verdict == Verdict::ask);
  event.tool = "grep";
  CHECK(rules.decide(event, state).verdict == Verdict::deny);
}

TEST_CASE("a deny holds for a path as named and as resolved, an allow for what it is resolved to") {
  const tests::TemporaryDirectory workspace;
  workspace.make_directory("secret");
  workspace.make_directory("open");
  std::filesystem::create_symlink(workspace / "secret", workspace / "open/link");
  std::filesystem::create_symlink(workspace / "open", workspace / "secret/out");
  const RuleSet rules = tests::rules(R"(
version: 1
defaults: {read: ask}
rules:
  - {id: d, event: read, when: {path: "${workspace}/secret/**"}, verdict: deny, reason: r}
  - {id: a, event: read, when: {path: "${workspace}/open/"}, verdict: allow}
)",
                                     {"/home/u", {workspace.path()}, {}});
  const auto at = [&](const std::string& path) {
    return rules
        .decide(file_event(EventKind::read, path, workspace.path(), "/home/u", Resolve::on_disk), State())
        .verdict;
  };
  CHECK(at("open/x") == Verdict::allow);
  CHECK(at("open/link/x") == Verdict::deny);   // is secret/x
  CHECK(at("secret/out/x") == Verdict::deny);  // is open/x, named as secret
  CHECK(at("open/../x") == Verdict::ask);
  std::filesystem::create_symlink("../secret/new/x",
                                  workspace / "open/dangling");  // who writes there writes to secret
  std::filesystem::create_symlink("dangling", workspace / "open/second");
  CHECK(at("open/dangling") == Verdict::deny);
  CHECK(at("open/second") == Verdict::deny);
  std::filesystem::create_symlink("circle", workspace / "open/circle");
  CHECK(at("open/circle") != Verdict::allow);
  const RuleSet allow = tests::rules(R"(
version: 1
defaults: {read: deny}
rules:
  - {id: a, event: read, when: {path: "${workspace}/secret/**"}, verdict: allow}
)",
                                     {"/home/u", {workspace.path()}, {}});
  CHECK(allow
            .decide(file_event(EventKind::read, "secret/out/x", workspace.path(), "/", Resolve::on_disk),
                    State())
            .verdict == Verdict::deny);
}

TEST_CASE("an unless carves only what is certain out of a deny, and all that may be out of an allow") {
  const RuleSet rules = rules_of(R"(
  - {id: d, event: write, when: {path: "/etc/*"}, unless: {path: "/etc/a*"}, verdict: deny, reason: r}
)");
  CHECK(write(rules, "/etc/b/c") == Verdict::deny);
  CHECK(write(rules, "/etc/a1") == Verdict::allow);
  CHECK(write(rules, "/etc/a1/b") == Verdict::deny);
  const RuleSet allow = tests::rules(R"(
version: 1
defaults: {write: deny}
rules:
  - {id: a, event: write, when: {path: "/srv/"}, unless: {path: "/srv/a*"}, verdict: allow}
)");
  CHECK(write(allow, "/srv/x/y") == Verdict::allow);
  CHECK(write(allow, "/srv/a1/b") == Verdict::deny);
  CHECK(write(allow, "/x") == Verdict::deny);
}

TEST_CASE("an except relaxes a rule on files") {
  const RuleSet rules = tests::rules(R"(
version: 1
rules:
  - {id: d, event: [read, write], when: {path: .env}, verdict: deny, reason: r}
except: {d: {when: {path: "${workspace}/test/.env"}}}
)");
  CHECK(read(rules, "test/.env") == Verdict::allow);
  CHECK(read(rules, ".env") == Verdict::deny);
}

TEST_CASE("each event has its own default, and it names itself") {
  const RuleSet rules = tests::rules("version: 1\ndefaults: {read: ask, write: deny}\n");
  const Decision asked = rules.decide(event_of(EventKind::read, "x"), State());
  CHECK(asked.verdict == Verdict::ask);
  CHECK(asked.rule == "defaults.read");
  CHECK(asked.source.line == 2);
  CHECK_FALSE(asked.reason.empty());
  CHECK(rules.decide(event_of(EventKind::write, "x"), State()).rule == "defaults.write");
  const RuleSet none = RuleSet::compile({}, tests::here());
  CHECK(read(none, "x") == Verdict::allow);
  CHECK(write(none, "x") == Verdict::allow);
}

}  // namespace
}  // namespace policy
