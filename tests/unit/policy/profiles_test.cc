#include "policy/profiles.h"

#include <doctest/doctest.h>

#include "tests/unit/policy/events.h"

namespace policy {
namespace {

RuleSet with(const std::string& profiles, const std::string& rules = "") {
  return tests::rules("version: 1\nsets: {registries: [registry.example, 192.0.2.0/24]}\nprofiles:\n" +
                      profiles + (rules.empty() ? "" : "rules:\n" + rules));
}

std::string complaint(const std::string& profiles) {
  try {
    with(profiles);
  } catch (const config::BadInput& fault) {
    return fault.what();
  }
  return "nothing";
}

Verdict connect(const RuleSet& rules, const std::string& to, const std::string& profile) {
  NetEvent event = net_event(to);
  event.profile = profile;
  return rules.decide(event, State()).verdict;
}

sandbox::File file_at(const std::string& path) {
  sandbox::File file;
  file.path = path;
  return file;
}

}  // namespace

TEST_CASE("a profile reaches the hosts that it names, and lends them to nobody") {
  const RuleSet rules =
      with("  p: {network: {allow: [\"@registries:443\", \"[2001:db8::1]:80\", any.example]}}\n");
  CHECK(rules.profiles().front().settings.network == config::NetworkMode::allowlist);
  for (const char* to : {"registry.example:443", "192.0.2.7:443", "[2001:db8::1]:80", "any.example:22"}) {
    CAPTURE(to);
    CHECK(connect(rules, to, "p") == Verdict::allow);
    CHECK(connect(rules, to, "") == Verdict::deny);
    CHECK(connect(rules, to, "other") == Verdict::deny);
  }
  for (const char* to : {"registry.example:80", "[2001:db8::1]:443", "other.example:443"})
    CHECK(connect(rules, to, "p") == Verdict::deny);
}

TEST_CASE("what a rule decides of a connection a profile does not change") {
  const RuleSet rules =
      with("  p: {network: {allow: [a.example, b.example]}}\n",
           "  - {id: a, event: net, when: {host: a.example}, verdict: deny, reason: No.}\n");
  CHECK(connect(rules, "a.example:80", "p") == Verdict::deny);
  NetEvent led_inside = net_event("b.example:80");
  led_inside.profile = "p";
  led_inside.address = read_address("127.0.0.1");
  CHECK(rules.decide(led_inside, State()).verdict == Verdict::deny);
}

TEST_CASE("what a profile reaches is read strictly") {
  CHECK(complaint("  p: {network: {allow: [\"a.example:x\"]}}\n").find("HOST:PORT") != std::string::npos);
  CHECK(complaint("  p: {network: {allow: [\"a.example:0\"]}}\n").find("HOST:PORT") != std::string::npos);
  CHECK(complaint("  p: {network: {allow: [\"@nowhere:1\"]}}\n").find("no list of `sets`") !=
        std::string::npos);
  CHECK(complaint("  p: {network: {allow: [\"a b\"]}}\n").find("rules.yaml:4:3") != std::string::npos);
}

TEST_CASE("only the system's own files inherit a profile, but where all do") {
  config::Profile profile;
  profile.inherit = {"git-remote-*", "ssh"};
  sandbox::ExecEvent ssh = tests::event_of({"ssh"}, file_at("/usr/bin/ssh"));
  CHECK(is_inherited(profile, ssh));
  CHECK(is_inherited(profile, tests::event_of({"x"}, file_at("/usr/lib/git-core/git-remote-https"))));
  CHECK_FALSE(is_inherited(profile, tests::event_of({"ssh"}, file_at("/ws/ssh"))));
  CHECK_FALSE(is_inherited(profile, tests::event_of({"ssh"}, file_at("/usr/bin/perl"))));
  ssh.images.front().file.writable = true;
  CHECK_FALSE(is_inherited(profile, ssh));
  profile.inherit = {"*"};
  CHECK(is_inherited(profile, ssh));
}

TEST_CASE("a profile that a project brings along is none") {
  const std::string text = "version: 1\nprofiles: {mine: {extends: danger-full-access}}\n";
  CHECK(RuleSet::compile({tests::source(text, Layer::project)}, tests::here()).profiles().empty());
  const RuleSet both =
      RuleSet::compile({tests::source("version: 1\nprofiles: {p: {network: full}}\n", Layer::user),
                        tests::source("version: 1\nprofiles: {p: {network: none}}\n", Layer::system)},
                       tests::here());
  CHECK(find_profile(both.profiles(), "p")->settings.network == config::NetworkMode::none);
}

TEST_CASE("what a program runs is part of it") {
  const RuleSet rules = tests::rules("version: 1\nprograms: {tool: {runs: [git]}}\n");
  const sandbox::Image tool{"/opt/tool", file_at("/opt/tool"), {"tool"}};
  CHECK(rules.is_part_of(tool, tests::event_of("git x")));
  CHECK_FALSE(rules.is_part_of(tool, tests::event_of("sh x")));
  CHECK_FALSE(rules.is_part_of({"/opt/other", file_at("/opt/other"), {"tool"}}, tests::event_of("git x")));
  sandbox::ExecEvent own = tests::event_of("git x");
  own.images.front().file.writable = true;
  CHECK_FALSE(rules.is_part_of(tool, own));
}

}  // namespace policy
