#include "policy/rule_set.h"

#include <doctest/doctest.h>

#include <random>

#include "config/file.h"
#include "tests/unit/data.h"
#include "tests/unit/policy/events.h"
#include "tests/unit/temporary.h"

namespace policy {
namespace {

using tests::rules_of;
using tests::verdict;

struct Case {
  std::string line;
  Verdict expected;
};

template <std::size_t size>
void check_cases(const RuleSet& rules, const Case (&cases)[size]) {
  for (const Case& each : cases) {
    CAPTURE(each.line);
    CHECK(verdict(rules, each.line) == each.expected);
  }
}

TEST_CASE("the rules of the design decide as it says") {
  const RuleSet rules = RuleSet::compile(
      {{Layer::user, config::read_yaml_file(tests::data_file("rules/design.yaml"))}}, tests::here());
  const Case cases[] = {
      {"git push -f", Verdict::deny},
      {"git push origin +main --force", Verdict::deny},
      {"git -C x -c a=b push -fu origin main", Verdict::deny},
      {"git --no-pager push --mirror", Verdict::deny},
      {"git push --forc", Verdict::deny},
      {"git push", Verdict::ask},
      {"git push -f x-fork", Verdict::ask},
      {"git push -o -f origin", Verdict::ask},
      {"git push origin -- -f", Verdict::ask},
      {"git commit -m push -f", Verdict::allow},
      {"git log --grep push -f", Verdict::allow},
      {"rm -rf build/o", Verdict::allow},
      {"rm -rf /ws/build/o /ws/build/p", Verdict::allow},
      {"rm -rf build/o /etc", Verdict::deny},
      {"rm -rf build/../x", Verdict::ask},
      {"rm -rf", Verdict::ask},
      {"rm -f x", Verdict::allow},
      {"npm install", Verdict::allow},
      {"sudo id", Verdict::deny},
  };
  check_cases(rules, cases);
  const Decision decision = rules.decide(tests::event_of("git push -f origin"), State());
  CHECK(decision.rule == "git.force-push");
  CHECK(decision.source.line == 11);
  CHECK(decision.reason == "Shared history must not be rewritten.");
  CHECK(decision.suggest.starts_with("Push without"));
  CHECK(decision.matched.size() == 2);
  CHECK(rules.decide(tests::event_of("npm ci"), State()).profile == "registry");
}

TEST_CASE("the strictest of all matching rules wins, whatever their order") {
  const RuleSet rules = rules_of(R"(
  - {id: allow, event: exec, when: {program: git}, verdict: allow}
  - {id: deny.one, event: exec, when: {program: git, args: [push]}, verdict: deny, reason: one}
  - {id: ask, event: exec, when: {program: "g*t"}, verdict: ask, reason: r}
  - {id: deny.two, event: exec, when: {args: [push]}, verdict: deny, reason: two}
)");
  const Decision push = rules.decide(tests::event_of("git push"), State());
  CHECK(push.verdict == Verdict::deny);
  CHECK(push.rule == "deny.one");
  CHECK(push.matched.size() == 4);
  CHECK(verdict(rules, "git log") == Verdict::ask);
  CHECK(verdict(rules, "ls") == Verdict::allow);
}

TEST_CASE("matchers hold for what they name and for nothing else") {
  struct Matching {
    std::string when;
    std::vector<std::string> yes, no;
  };
  const Matching cases[] = {
      {"{program: [ls, id]}", {"ls", "id x"}, {"cat", "lsx"}},
      {"{program: /usr/bin/id}", {"/usr/bin/id", "id"}, {"/opt/id2"}},
      {"{program: 'git-*'}", {"git-lfs"}, {"git", "xgit-y"}},
      {"{program: '/opt/**'}", {"/opt/a/b/c"}, {"/usr/bin/id"}},
      {"{args: [[install, ci], '**', -x]}", {"npm ci -- -x", "npm install a -- -x"}, {"npm run"}},
      {"{args: ['a*', b]}", {"p ax b c", "p -z ax b"}, {"p b a", "p ax"}},
      {"{verbatim: [push, '**']}", {"git push", "git push -f x"}, {"git -C x push", "git pushx", "git"}},
      {"{verbatim: [[get, list], '-?', '**', main]}",
       {"k get -o main", "k list -o a -b main"},
       {"k get main"}},
      {"{verbatim: [run, build]}", {"npm run build"}, {"npm run build x", "npm run", "npm run build --"}},
      {"{verbatim: []}", {"ls"}, {"ls --", "ls a"}},
      {"{argc: 2}", {"ls a b", "ls -- a b"}, {"ls a", "ls a b c"}},
      {"{argc: [0, 3-4]}", {"ls", "ls a b c", "ls a b c d"}, {"ls a", "ls a b c d e"}},
      {"{env: {any: [LD_PRELOAD, 'GIT_*']}}", {"GIT_X=1 a", "LD_PRELOAD=y a"}, {"a", "XGIT_X=1 a"}},
      {"{env: {none: [CI]}}", {"a", "CIX=1 a"}, {"CI=1 a"}},
      {"{env: {equals: {CI: ['1', true]}}}", {"CI=1 a", "CI=true a"}, {"CI=2 a", "a", "CIX=1 a"}},
      {"{env: {equals: {'K_*': x}}}", {"K_0=x a", "K_0=y K_12=x a"}, {"K_0=y a", "K=x a", "XK_0=x a"}},
      {"{paths: {any: [/etc/**]}}",
       {"cat x /etc/a", "cat ../etc/a", "cp -t /etc/a x"},
       {"cat x", "cat /etcx"}},
      {"{paths: {any: ['~/.ssh/**', .env]}}",
       {"cat /home/u/.ssh/k", "cat a/.env", "cat .env", "node --env-file=.env"},
       {"cat env", "node -e=env"}},
      {"{paths: {none: ['${workspace}/**']}}", {"cat /x", "cat ../x", "ls"}, {"cat x", "cat /x y"}},
      {"{cwd: '${workspace}/**'}", {"ls"}, {}},
      {"{cwd: '/other/**'}", {}, {"ls"}},
      {"{mode: read-only}", {}, {"ls"}},
      {"{mode: [read-only, workspace-write]}", {"ls"}, {}},
      {"{tool: shell}", {"ls"}, {}},
      {"{tool: read}", {}, {"ls"}},
      {"{top: true}", {"ls"}, {}},
      {"{writable_program: true}", {}, {"ls"}},
      {"[{program: ls}, {program: id, args: [x]}]", {"ls", "id x"}, {"id", "cat x"}},
      {"{options: {all: [[-r, -R], [-f, --force]]}}", {"rm -Rf x", "rm -r --force"}, {"rm -r", "rm -f"}},
  };
  for (const Matching& each : cases) {
    CAPTURE(each.when);
    const RuleSet rules =
        rules_of("  - {id: a, event: exec, when: " + each.when + ", verdict: deny, reason: r}\n");
    for (const std::string& line : each.yes) {
      CAPTURE(line);
      CHECK(verdict(rules, line) == Verdict::deny);
    }
    for (const std::string& line : each.no) {
      CAPTURE(line);
      CHECK(verdict(rules, line) == Verdict::allow);
    }
  }
}

TEST_CASE("callers are matched by parent and ancestor") {
  const RuleSet rules = rules_of(R"(
  - {id: parent, event: exec, when: {program: id, parent: {program: make, args: [release]}}, verdict: deny, reason: r}
  - {id: ancestor, event: exec, when: {program: ls, ancestor: [{program: ninja}, {program: git, options: {any: [-p]}}]}, verdict: deny, reason: r}
)");
  sandbox::ExecEvent id = tests::event_of("id");
  CHECK(verdict(rules, id) == Verdict::allow);
  id.caller = tests::caller("make release");
  CHECK(verdict(rules, id) == Verdict::deny);
  id.caller = tests::caller("make -C x release");
  CHECK(verdict(rules, id) == Verdict::deny);
  id.caller = tests::caller("sh -c x", tests::caller("make release"));
  CHECK(verdict(rules, id) == Verdict::allow);
  sandbox::ExecEvent ls = tests::event_of("ls");
  ls.caller = tests::caller("sh -c x", tests::caller("git -p log"));
  CHECK(verdict(rules, ls) == Verdict::deny);
  CHECK(rules.decide(ls, State()).chain == std::vector<std::string>{"git", "sh", "ls"});
  CHECK(rules.decide(ls, State()).callers == std::vector<std::string>{"git", "sh"});
  ls.caller = tests::caller("git log");
  CHECK(verdict(rules, ls) == Verdict::allow);
}

TEST_CASE("defaults decide what no rule does, and an allow answers them") {
  const RuleSet rules = tests::rules(R"(
version: 1
defaults: {exec: deny}
rules:
  - {id: a, event: exec, when: {program: id}, verdict: allow}
)");
  CHECK(verdict(rules, "id") == Verdict::allow);
  const Decision decision = rules.decide(tests::event_of("ls"), State());
  CHECK(decision.verdict == Verdict::deny);
  CHECK(decision.rule == "defaults.exec");
  CHECK(decision.source.line == 3);
  CHECK_FALSE(decision.reason.empty());
  CHECK(RuleSet::compile({}, tests::here()).decide(tests::event_of("ls"), State()).verdict == Verdict::allow);
}

TEST_CASE("an event without words, images or paths is decided, not a crash") {
  const RuleSet rules =
      rules_of("  - {id: a, event: exec, when: {args: [x], paths: {any: [/x]}}, verdict: deny, reason: r}\n");
  CHECK(rules.decide(sandbox::ExecEvent(), State()).verdict == Verdict::allow);
  CHECK(verdict(rules, tests::event_of({}, sandbox::File())) == Verdict::allow);
  std::vector<std::string> argv{"x"};
  argv.insert(argv.end(), 100'000, "w\xff/\x01");
  argv.emplace_back(100'000, 'y');
  argv.push_back(std::string("/x\0y", 4));
  CHECK(verdict(rules, tests::event_of(argv, sandbox::File())) == Verdict::allow);
}

TEST_CASE("a rule that this version cannot hold is named, and a deny on files can be held") {
  const RuleSet rules = rules_of(R"(
  - {id: secrets, event: [read, write], when: {path: "**/.env"}, verdict: deny, reason: r}
  - {id: asked, event: read, when: {path: a}, verdict: ask, reason: r}
  - {id: host, event: net, when: {host: a.example}, verdict: deny, reason: r}
  - {id: open, event: net, when: {host: b.example}, verdict: allow}
)");
  CHECK(rules.not_in_force(sandbox::Network::allowlist) == std::vector<std::string>{"asked"});
  CHECK(rules.not_in_force(sandbox::Network::full) == std::vector<std::string>{"asked", "host"});
  CHECK(rules.denied_places(policy::EventKind::write) == std::vector<std::string>{"/"});
}

TEST_CASE("links and '..' do not lead a path out of a rule, nor into an exception") {
  const tests::TemporaryDirectory workspace;
  workspace.make_directory("build/o");
  workspace.make_directory("src");
  std::filesystem::create_symlink(workspace / "src", workspace / "build/out");
  std::filesystem::create_symlink("/proc/self/cwd", workspace / "build/here");
  std::filesystem::create_symlink("/etc", workspace / "etc");
  const RuleSet rules = rules_of(R"(
  - {id: a, event: exec, when: {program: rm}, unless: {paths: {all: ["${workspace}/build/**"]}}, verdict: ask, reason: r}
  - {id: b, event: exec, when: {program: cat, paths: {any: [/etc/**, "${workspace}/etc/*"]}}, verdict: deny, reason: r}
)",
                                 {"/home/u", {workspace.path()}, {}});
  const auto at = [&](const std::string& line) {
    sandbox::ExecEvent event = tests::event_of(line);
    event.cwd = workspace.path();
    return verdict(rules, event);
  };
  CHECK(at("rm build/o") == Verdict::allow);
  CHECK(at("rm build/missing/x") == Verdict::allow);
  CHECK(at("rm build/out/x") == Verdict::ask);
  CHECK(at("rm build/o/../../src") == Verdict::ask);
  CHECK(at("rm build/out/../build/o") == Verdict::allow);
  CHECK(at("rm build/here/x") == Verdict::ask);
  CHECK(at("rm -t/etc build/o") == Verdict::allow);
  CHECK(at("cat etc/passwd") == Verdict::deny);
  CHECK(at("cat /proc/self/root/etc/passwd") == Verdict::deny);
  CHECK(at("cat /proc/self/cwd/etc/passwd") == Verdict::deny);
  CHECK(at("cat src/x") == Verdict::allow);
}

/// An event of random words around those that the rules name.
std::vector<std::string> random_argv(std::mt19937& random, const std::string& name) {
  static const std::vector<std::string> words{"push", "-f", "--force", "--forc",    "origin", "-C",   "x",
                                              "--",   "-o", "x-fork",  "--dry-run", "-fv",    "--a=b"};
  std::vector<std::string> argv{name};
  for (std::size_t count = random() % 7; count > 0; --count) argv.push_back(words[random() % words.size()]);
  return argv;
}

TEST_CASE("an unless equal to when takes a deny from the system's file, and never from a writable copy") {
  const std::string when = "{program: git, args: [push], options: {any: [-f, --force]}}";
  const RuleSet both = rules_of("  - {id: a, event: exec, when: " + when + ", unless: " + when +
                                ", verdict: deny, reason: r}\n");
  const RuleSet plain = rules_of("  - {id: a, event: exec, when: " + when + ", verdict: deny, reason: r}\n");
  const sandbox::File system = tests::program_file("git");
  sandbox::File copy;
  copy.path = "/ws/tool";
  copy.writable = true;
  copy.copy_of = system.path;
  std::mt19937 random(7);
  int denied = 0;
  for (int round = 0; round < 5000; ++round) {
    const std::vector<std::string> argv = random_argv(random, "git");
    std::string line;
    for (const std::string& word : argv) line += word + " ";
    CAPTURE(line);
    const bool would = verdict(plain, tests::event_of(argv, system)) == Verdict::deny;
    const bool exact = line.find("--forc ") == std::string::npos;
    if (exact) CHECK(verdict(both, tests::event_of(argv, system)) == Verdict::allow);
    CHECK((verdict(both, tests::event_of(argv, copy)) == Verdict::deny) == would);
    denied += would ? 1 : 0;
  }
  CHECK(denied > 100);
}

TEST_CASE("an allow and an unless take a file that the sandbox can write only where they say so") {
  sandbox::File built;
  built.path = "/ws/build/app";
  built.writable = true;
  const sandbox::ExecEvent app = tests::event_of({"build/app"}, built);
  const auto decided = [&](const std::string& key, const std::string& matcher) {
    return verdict(tests::rules("version: 1\ndefaults: {exec: deny}\nrules:\n  - {id: a, event: exec, " +
                                key + matcher + "}\n"),
                   app);
  };
  const std::string allow = "verdict: allow, when: ";
  CHECK(decided(allow, "{program: '${workspace}/build/**', writable_program: true}") == Verdict::allow);
  CHECK(decided(allow, "{program: '${workspace}/build/**'}") == Verdict::deny);
  CHECK(decided(allow, "{program: '${workspace}/out/**', writable_program: true}") == Verdict::deny);
  CHECK(decided(allow, "{program: app, writable_program: true}") == Verdict::deny);
  const std::string ask = "verdict: ask, reason: r, when: {program: app}, unless: ";
  const auto asked = [&](const std::string& unless) {
    return verdict(rules_of("  - {id: a, event: exec, " + ask + unless + "}\n"), app);
  };
  CHECK(asked("{program: '${workspace}/build/**', writable_program: true}") == Verdict::allow);
  CHECK(asked("{program: '${workspace}/build/**'}") == Verdict::ask);
}

TEST_CASE("whatever matches narrowly matches widely") {
  const std::string when = "{program: git, args: ['**', push], options: {any: [-f, --force]}, argc: 1-3}";
  const RuleSet wide = rules_of("  - {id: a, event: exec, when: " + when + ", verdict: deny, reason: r}\n");
  const RuleSet narrow =
      tests::rules("version: 1\ndefaults: {exec: ask}\nrules:\n  - {id: a, event: exec, when: " + when +
                   ", verdict: allow}\n");
  std::mt19937 random(11);
  for (int round = 0; round < 5000; ++round) {
    const sandbox::ExecEvent event = tests::event_of(random_argv(random, "git"), tests::program_file("git"));
    if (verdict(narrow, event) == Verdict::allow) CHECK(verdict(wide, event) == Verdict::deny);
  }
}

}  // namespace
}  // namespace policy
