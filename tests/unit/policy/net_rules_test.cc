#include <doctest/doctest.h>

#include "tests/unit/policy/events.h"

namespace policy {
namespace {

using tests::source;

Verdict connect(const RuleSet& rules, const std::string& to, const std::string& process = "") {
  NetEvent event = net_event(to);
  if (!process.empty()) event.process = std::make_shared<sandbox::ExecEvent>(tests::event_of(process));
  return rules.decide(event, State()).verdict;
}

TEST_CASE("without a rule nothing is reached, and a rule of the owner opens what it names") {
  CHECK(connect(RuleSet::compile({}, tests::here()), "a.example:80") == Verdict::deny);
  const RuleSet rules = tests::rules(R"(
version: 1
sets: {registries: [registry.example, "*.packages.example", 192.0.2.0/24, "2001:db8::/32"]}
rules:
  - {id: a, event: net, when: {host: "@registries", port: [443, 8000-8080]}, verdict: allow}
)");
  for (const char* to : {"registry.example:443", "REGISTRY.example.:8000", "x.packages.example:8080",
                         "192.0.2.9:443", "[::ffff:192.0.2.9]:443", "[2001:db8::1]:8043"}) {
    CAPTURE(to);
    CHECK(connect(rules, to) == Verdict::allow);
  }
  for (const char* to : {"registry.example:80", "registry.example:8081", "packages.example:443",
                         "x.example:443", "192.0.3.1:443", "[2001:db9::1]:443"}) {
    CAPTURE(to);
    CHECK(connect(rules, to) == Verdict::deny);
  }
  CHECK(rules.decide(net_event("x.example:443"), State()).rule == "defaults.net");
}

TEST_CASE("the strictest rule wins for connections, whatever the order") {
  const RuleSet rules = tests::rules_of(R"(
  - {id: meta, event: net, when: {host: 169.254.0.0/16}, verdict: deny, reason: Metadata., suggest: Ask.}
  - {id: all, event: net, verdict: allow}
  - {id: ssh, event: net, when: {port: 22}, unless: {host: bastion.example}, verdict: ask, reason: r}
)");
  const Decision decision = rules.decide(net_event("169.254.169.254:22"), State());
  CHECK(decision.verdict == Verdict::deny);
  CHECK(decision.rule == "meta");
  CHECK(decision.source.line == 4);
  CHECK(decision.suggest == "Ask.");
  CHECK(decision.matched.size() == 3);
  CHECK(connect(rules, "a.example:22") == Verdict::ask);
  CHECK(connect(rules, "bastion.example:22") == Verdict::allow);
  CHECK(connect(rules, "a.example:23") == Verdict::allow);
}

TEST_CASE("once its address is known, a name is judged by both") {
  const RuleSet rules = tests::rules_of(R"(
  - {id: name, event: net, when: {host: a.example}, verdict: allow}
  - {id: inside, event: net, when: {host: 10.0.0.0/8}, verdict: deny, reason: r}
)");
  NetEvent event = net_event("a.example:80");
  CHECK(rules.decide(event, State()).verdict == Verdict::allow);
  event.address = read_address("192.0.2.1");
  CHECK(rules.decide(event, State()).verdict == Verdict::allow);
  event.address = read_address("10.0.0.1");
  CHECK(rules.decide(event, State()).verdict == Verdict::deny);
  NetEvent literal;
  literal.host = "::ffff:10.0.0.1";
  literal.port = 80;
  CHECK(rules.decide(literal, State()).rule == "inside");
}

TEST_CASE("an address inside is reached only where a rule that allows it names it") {
  const RuleSet rules = tests::rules_of(R"(
  - {id: all, event: net, verdict: allow}
  - {id: office, event: net, when: {host: 10.1.0.0/16}, verdict: allow}
)");
  const auto rule = [&](const std::string& to, const char* address) {
    NetEvent event = net_event(to);
    if (address != nullptr) event.address = read_address(address);
    return rules.decide(event, State()).rule;
  };
  CHECK(rule("a.example:80", nullptr) == "all");
  CHECK(rule("a.example:80", "192.0.2.1") == "all");
  CHECK(rule("a.example:80", "10.1.2.3") != "net.internal");
  for (const char* address : {"10.2.0.1",
                              "127.0.0.1",
                              "169.254.169.254",
                              "100.64.0.1",
                              "192.168.1.1",
                              "172.31.0.1",
                              "0.0.0.0",
                              "224.0.0.1",
                              "255.255.255.255",
                              "::1",
                              "::",
                              "fe80::1",
                              "fd00::1",
                              "fec0::1",
                              "ff02::1",
                              "64:ff9b::a00:1",
                              "2002:a00:1::",
                              "::10.0.0.1",
                              "::ffff:0:7f00:1",
                              "192.0.0.192",
                              "2001:2::1",
                              "2001::1",
                              "5f00::1",
                              "100::1"}) {
    CAPTURE(address);
    CHECK(rule("a.example:80", address) == "net.internal");
  }
  for (const char* address : {"172.32.0.1", "9.9.9.9", "100.128.0.1", "2001:4860::1", "64:ff9b::808:808",
                              "2002:808:808::", "192.0.2.1", "2001:200::1", "::ffff:0:808:808"}) {
    CAPTURE(address);
    CHECK(rule("a.example:80", address) == "all");
  }
  CHECK(rule("10.2.0.1:80", nullptr) == "net.internal");
  CHECK(rule("10.1.0.1:80", nullptr) != "net.internal");
  NetEvent event = net_event("a.example:80");
  event.address = read_address("10.2.0.1");
  CHECK(rules.decide(event, State()).reason ==
        "a.example leads to 10.2.0.1, an address of this machine or of the network around it.");
}

TEST_CASE("a connection is matched by the process that makes it") {
  const RuleSet rules = tests::rules_of(R"(
  - {id: git, event: net, when: {program: git, args: [push], host: forge.example}, verdict: allow}
  - {id: npm, event: net, when: {ancestor: {program: npm}}, verdict: deny, reason: r}
  - {id: curl, event: net, when: {program: curl}, unless: {options: {any: [--head]}}, verdict: ask, reason: r}
)");
  CHECK(connect(rules, "forge.example:443", "git push") == Verdict::allow);
  CHECK(connect(rules, "other.example:443", "git push") == Verdict::deny);
  CHECK(connect(rules, "forge.example:443", "git fetch") == Verdict::deny);
  CHECK(connect(rules, "a.example:80", "curl a.example") == Verdict::ask);
  NetEvent event = net_event("forge.example:443");
  sandbox::ExecEvent git = tests::event_of("git push");
  git.caller = tests::caller("npm ci");
  event.process = std::make_shared<sandbox::ExecEvent>(git);
  const Decision decision = rules.decide(event, State());
  CHECK(decision.rule == "npm");
  CHECK(decision.chain == std::vector<std::string>{"npm", "git"});
  CHECK(decision.callers == std::vector<std::string>{"npm ci"});
}

TEST_CASE("a process that nobody knows may be any to a deny, and none to an allow or an unless") {
  const RuleSet rules = tests::rules_of(R"(
  - {id: a, event: net, when: {program: git, port: 443}, verdict: allow}
  - {id: d, event: net, when: {writable_program: true, port: 25}, verdict: deny, reason: r}
  - {id: u, event: net, when: {port: 22}, unless: {program: ssh}, verdict: ask, reason: r}
)");
  CHECK(connect(rules, "a.example:443") == Verdict::deny);
  CHECK(connect(rules, "a.example:443", "git push") == Verdict::allow);
  CHECK(rules.decide(net_event("a.example:25"), State()).rule == "d");
  CHECK(connect(rules, "a.example:22") == Verdict::ask);
  CHECK(rules.decide(net_event("a.example:22"), State()).chain.empty());
  NetEvent empty = net_event("a.example:25");
  empty.process = std::make_shared<sandbox::ExecEvent>();
  CHECK(rules.decide(empty, State()).rule == "d");
}

TEST_CASE("what rules look at and a connection does not say is named") {
  const RuleSet rules = tests::rules_of(R"(
  - {id: a, event: net, when: {host: a.example}, unless: {top: true}, verdict: allow}
  - {id: d, event: net, when: {host: [b.example, 10.0.0.0/8]}, verdict: deny, reason: r}
)");
  NetEvent event = net_event("a.example:443");
  CHECK(rules.unknowns_of(event) ==
        std::vector<std::string>{"which program connects", "the address of a.example"});
  event.address = read_address("192.0.2.1");
  event.process = std::make_shared<sandbox::ExecEvent>(tests::event_of("id"));
  CHECK(rules.unknowns_of(event).empty());
  const RuleSet plain = tests::rules_of("  - {id: a, event: net, when: {host: a.example}, verdict: allow}\n");
  CHECK(plain.unknowns_of(net_event("a.example:443")).empty());
}

TEST_CASE("mode and tool are matched for connections too") {
  const RuleSet rules = tests::rules_of(
      "  - {id: a, event: net, when: {mode: danger-full-access, tool: shell}, verdict: allow}\n");
  CHECK(connect(rules, "a.example:80") == Verdict::deny);
  State state;
  state.mode = sandbox::Mode::danger_full_access;
  NetEvent event = net_event("a.example:80");
  CHECK(rules.decide(event, state).verdict == Verdict::allow);
  event.tool = "job";
  CHECK(rules.decide(event, state).verdict == Verdict::deny);
}

TEST_CASE("a layer below the owner's neither opens the network nor answers an ask") {
  const std::string open =
      "version: 1\ndefaults: {net: allow}\nrules: [{id: p, event: net, verdict: allow}]\n";
  for (const Layer layer : {Layer::project, Layer::session}) {
    const RuleSet alone = RuleSet::compile({source(open, layer)}, tests::here());
    CHECK(connect(alone, "a.example:80") == Verdict::deny);
    const RuleSet below =
        RuleSet::compile({source("version: 1\ndefaults: {net: ask}\n"), source(open, layer)}, tests::here());
    CHECK(connect(below, "a.example:80") == Verdict::ask);
  }
  for (const Layer layer : {Layer::system, Layer::user})
    CHECK(connect(RuleSet::compile({source(open, layer)}, tests::here()), "a.example:80") == Verdict::allow);
  const RuleSet tightened = RuleSet::compile(
      {source(open), source("version: 1\ndefaults: {net: deny}\n", Layer::project)}, tests::here());
  CHECK(connect(tightened, "a.example:80") == Verdict::allow);
  const RuleSet stated = RuleSet::compile({source("version: 1\ndefaults: {net: allow}\n"),
                                           source("version: 1\ndefaults: {net: deny}\n", Layer::project)},
                                          tests::here());
  CHECK(connect(stated, "a.example:80") == Verdict::deny);
}

}  // namespace
}  // namespace policy
