#include "policy/rules_reader.h"

#include <doctest/doctest.h>

#include "config/file.h"
#include "policy/trial.h"
#include "tests/unit/data.h"
#include "tests/unit/policy/events.h"

namespace policy {
namespace {

/// What the reader says about a file; empty when it takes it.
std::string complaint(const std::string& text) {
  try {
    tests::rules(text);
    return "";
  } catch (const config::BadInput& error) {
    return error.what();
  }
}

TEST_CASE("the example of the design is read, and its examples hold") {
  const Source source{Layer::user, config::read_yaml_file(tests::data_file("rules/design.yaml"))};
  const Trial trial = try_rules({source}, tests::here());
  for (const config::BadInput& failure : trial.failures) MESSAGE(failure.what());
  CHECK(trial.failures.empty());
  CHECK(trial.rules == 6);
  CHECK(trial.examples == 38);
  CHECK(trial.not_yet == 0);
}

TEST_CASE("what is wrong in a rules file is told with its place and what was meant") {
  struct Case {
    std::string text, place, says;
  };
  const std::string head = "version: 1\nrules:\n";
  const Case cases[] = {
      {"", "rules.yaml:", "version"},
      {"rules: []\n", "rules.yaml:", "version"},
      {"version: 2\n", "rules.yaml:1:10", "version 1"},
      {"- a\n", "rules.yaml:1:1", "a map"},
      {"version: 1\nrule: []\n", "rules.yaml:2:1", "did you mean 'rules'?"},
      {"version: 1\nextends: [builtin:bas]\n", "rules.yaml:2:11", "builtin:base"},
      {"version: 1\ndefaults: {exec: block}\n", "rules.yaml:2:18", "unknown word"},
      {"version: 1\nprograms: {git: {styl: gnu}}\n", "rules.yaml:2:18", "did you mean 'style'?"},
      {"version: 1\nprograms: {git: {style: gnuu}}\n", "rules.yaml:2:25", "gnu"},
      {"version: 1\nprograms: {/bin/git: {}}\n", "rules.yaml:2:12", "no '/'"},
      {"version: 1\nprograms: {git: {paths: [bin/git]}}\n", "rules.yaml:2:", "absolute"},
      {"version: 1\nprograms: {git: {value_options: [C]}}\n", "rules.yaml:2:", "begins with '-'"},
      {"version: 1\nprograms: {git: {flags: [f]}}\n", "rules.yaml:2:", "begins with '-'"},
      {"version: 1\nprograms: {git: {options_end_at: 0}}\n", "rules.yaml:2:34", "from 1 to 64"},
      {"version: 1\nprograms: {git: {commands: {a: {flag: [-f]}}}}\n", "rules.yaml:2:33", "'flags'?"},
      {"version: 1\nprograms: {k: {like: kubectk}}\n", "rules.yaml:2:22", "no program"},
      {"version: 1\nprograms: {k: {commands: {a: {like: b}}}}\n", "rules.yaml:2:37", "no command"},
      {"version: 1\nprograms: {k: {commands: {a: {like: b, flags: [-f]}}}}\n", "rules.yaml:2:37",
       "no other keys"},
      {"version: 1\nprograms: {git: {writable: yes}}\n", "rules.yaml:2:28", "ok"},
      {"version: 1\nsets: {a: []}\n", "rules.yaml:2:11", "empty"},
      {"version: 1\nprofiles: {p: {netwrk: none}}\n", "rules.yaml:2:16", "network"},
      {"version: 1\ndelegate: {team: []}\n", "rules.yaml:2:12", "unknown key"},
      {"version: 1\nexcept: {no.rule: {when: {top: true}}}\n", "rules.yaml:2:10", "there is no rule"},
      {head + "  - {event: exec, verdict: allow}\n", "rules.yaml:3:5", "'id' is missing"},
      {head + "  - {id: a b, event: exec, verdict: allow}\n", "rules.yaml:3:10", "an id is made of"},
      {head + "  - {id: a, verdict: allow}\n", "rules.yaml:3:5", "'event' is missing"},
      {head + "  - {id: a, evnt: exec, verdict: allow}\n", "rules.yaml:3:13", "did you mean 'event'?"},
      {head + "  - {id: a, event: exe, verdict: allow}\n", "rules.yaml:3:20", "did you mean 'exec'?"},
      {head + "  - {id: a, event: [], verdict: allow}\n", "rules.yaml:3:20", "empty list"},
      {head + "  - {id: a, true: exec, verdict: allow}\n", "rules.yaml:3:13", "YAML 1.1"},
      {head + "  - {id: a, event: exec, on: exec, verdict: allow}\n", "rules.yaml:3:26", "same key"},
      {head + "  - {id: a, event: exec, verdict: forbid}\n", "rules.yaml:3:35", "unknown word"},
      {head + "  - {id: a, event: exec, verdict: deny}\n", "rules.yaml:3:5", "needs a reason"},
      {head + "  - {id: a, event: exec, verdict: deny, reason: ''}\n", "rules.yaml:3:49", "empty"},
      {head + "  - {id: a, event: exec, verdict: allow, profile: workspace-wrte}\n", "rules.yaml:3:5",
       "did you mean 'workspace-write'?"},
      {head + "  - {id: a, event: exec, verdict: allow}\n  - {id: a, event: exec, verdict: allow}\n",
       "rules.yaml:4:5", "already at rules.yaml:3:5"},
      {head + "  - {id: a, event: exec, when: {}, verdict: allow}\n", "rules.yaml:3:32", "empty map"},
      {head + "  - {id: a, event: exec, when: {progam: x}, verdict: allow}\n", "rules.yaml:3:33",
       "'program'"},
      {head + "  - {id: a, event: exec, when: {host: x}, verdict: allow}\n", "rules.yaml:3:33",
       "unknown key"},
      {head + "  - {id: a, event: read, when: {program: x}, verdict: allow}\n", "rules.yaml:3:33",
       "'program': event read has path, mode, tool"},
      {head + "  - {id: a, event: write, unless: {pth: x}, verdict: allow}\n", "rules.yaml:3:36",
       "did you mean 'path'?"},
      {head + "  - {id: a, event: net, when: {path: x}, verdict: allow}\n", "rules.yaml:3:32",
       "'path': event net has program, "},
      {head + "  - {id: a, event: [exec, read], when: {program: x}, verdict: allow}\n", "rules.yaml:3:41",
       "events exec and read have in common mode, tool"},
      {head + "  - {id: a, event: read, when: {path: '!x'}, verdict: allow}\n", "rules.yaml:3:39", "unless"},
      {head + "  - {id: a, event: read, when: {path: [x, 'a[']}, verdict: allow}\n", "rules.yaml:3:43",
       "']'"},
      {head + "  - {id: a, event: exec, when: {program: './x'}, verdict: allow}\n", "rules.yaml:3:42",
       "absolute path"},
      {head + "  - {id: a, event: exec, when: {program: '[x'}, verdict: allow}\n", "rules.yaml:3:42", "']'"},
      {head + "  - {id: a, event: exec, when: {program: '@x'}, verdict: allow}\n", "rules.yaml:3:42",
       "there is no set"},
      {head + "  - {id: a, event: exec, when: {program: []}, verdict: allow}\n", "rules.yaml:3:42",
       "empty list"},
      {head + "  - {id: a, event: exec, when: {args: {a: b}}, verdict: allow}\n", "rules.yaml:3:39",
       "a text"},
      {head + "  - {id: a, event: exec, when: {options: [-f]}, verdict: allow}\n", "rules.yaml:3:42",
       "a map"},
      {head + "  - {id: a, event: exec, when: {options: {any: [f]}}, verdict: allow}\n", "rules.yaml:3:49",
       "begins with '-'"},
      {head + "  - {id: a, event: exec, when: {options: {any: [--f=x]}}, verdict: allow}\n",
       "rules.yaml:3:49", "values"},
      {head + "  - {id: a, event: exec, when: {paths: {all: ['${worspace}/x']}}, verdict: allow}\n",
       "rules.yaml:3:47", "${workspace}"},
      {head + "  - {id: a, event: exec, when: {args: {a: b}}, verdict: allow}\n", "rules.yaml:3:39",
       "list of texts"},
      {head + "  - {id: a, event: exec, when: {argc: 3-1}, verdict: allow}\n", "rules.yaml:3:39", "range"},
      {head + "  - {id: a, event: exec, when: {top: 'true'}, verdict: allow}\n", "rules.yaml:3:38", "quotes"},
      {head + "  - {id: a, event: exec, when: {mode: readonly}, verdict: allow}\n", "rules.yaml:3:39",
       "read-only"},
      {head + "  - {id: a, event: exec, when: {tool: bash}, verdict: allow}\n", "rules.yaml:3:39", "shell"},
      {head + "  - {id: a, event: net, when: {port: 0}, verdict: allow}\n", "rules.yaml:3:38", "1 to 65535"},
      {head + "  - {id: a, event: net, when: {port: 65536}, verdict: allow}\n", "rules.yaml:3:38",
       "found '65536'"},
      {head + "  - {id: a, event: net, when: {port: [80, 90-80]}, verdict: allow}\n", "rules.yaml:3:43",
       "range"},
      {head + "  - {id: a, event: net, when: {port: 1-}, verdict: allow}\n", "rules.yaml:3:38", "range"},
      {head + "  - {id: a, event: net, when: {host: [a, 10.0.0.0/33]}, verdict: allow}\n", "rules.yaml:3:42",
       "0 to 32"},
      {head + "  - {id: a, event: net, when: {host: 10.1.2.3/8}, verdict: allow}\n", "rules.yaml:3:38",
       "10.0.0.0/8"},
      {head + "  - {id: a, event: net, when: {host: '@nowhere'}, verdict: allow}\n", "rules.yaml:3:38",
       "there is no set"},
      {head + "  - {id: a, event: net, when: {host: 'a:443'}, verdict: allow}\n", "rules.yaml:3:38",
       "under 'port'"},
      {head + "  - {id: a, event: net, when: {host: ['a b']}, verdict: allow}\n", "rules.yaml:3:39",
       "a host is"},
      {head + "  - {id: a, event: exec, when: {program: id}, verdict: allow, examples: {match: [ls]}}\n",
       "rules.yaml:3:82", "should match"},
      {head +
           "  - {id: a, event: exec, when: {program: id}, verdict: allow, examples: {no_match: [id -u]}}\n",
       "rules.yaml:3:85", "should not match"},
      {head + "  - {id: a, event: exec, when: {program: id}, verdict: allow, examples: {match: ['$x']}}\n",
       "rules.yaml:3:82", "cannot be told"},
      {head + "  - {id: a, event: exec, when: {program: id}, verdict: allow, examples: {matches: [id]}}\n",
       "rules.yaml:3:74", "did you mean 'match'?"},
      {head + "  - {id: a, event: exec, verdict: allow, examples: {match: [{comand: ls, by: make}]}}\n",
       "rules.yaml:3:62", "did you mean 'command'?"},
      {head + "  - {id: a, event: exec, verdict: allow, examples: {match: [{command: ls}]}}\n",
       "rules.yaml:3:61", "'by' is missing"},
      {"version: 1\nexamples: {denny: [ls]}\n", "rules.yaml:2:12", "did you mean 'deny'?"},
      {"version: 1\nexamples: [ls]\n", "rules.yaml:2:11", "a map"},
      {"version: 1\nexamples: {profile: [ls]}\n", "rules.yaml:2:21", "a map of profiles"},
  };
  for (const Case& each : cases) {
    const std::string said = complaint(each.text);
    CAPTURE(each.text);
    CAPTURE(said);
    CHECK(said.starts_with(each.place));
    CHECK(said.find(each.says) != std::string::npos);
  }
}

TEST_CASE("examples of rules on read, write and net are run") {
  const auto said = [](const std::string& rule, const std::string& examples) {
    return complaint("version: 1\nrules:\n  - {" + rule + ", verdict: deny, reason: r, examples: {" +
                     examples + "}}\n");
  };
  const std::string file = "id: a, event: [read, write], when: {path: [\"~/.ssh/**\", gen/]}";
  CHECK(said(file, "match: [read ~/.ssh/id, write gen/x y], no_match: [read gene, 'net a:1']") == "");
  CHECK(said(file, "match: [read gene]").find("should match this example") != std::string::npos);
  CHECK(said(file, "no_match: [read gen/x]").find("should not match") != std::string::npos);
  CHECK(said(file, "match: [cat gen/x]").find("'read PATH'") != std::string::npos);
  CHECK(said(file, "match: [read]").find("'read PATH'") != std::string::npos);
  const std::string net = "id: a, event: net, when: {port: 25, ancestor: {program: npm}}";
  CHECK(said(net, "match: ['net a.example:25', 'net a:25 -- npm exec -- true']") != "");
  CHECK(said(net, "match: ['net a.example:25'], no_match: ['net a:26', 'net a:25 -- curl x']") == "");
  CHECK(said(net, "match: ['net a.example']").find("the port is missing") != std::string::npos);
  CHECK(said(net, "match: ['net a:25 -- $x']").find("cannot be told") != std::string::npos);
  CHECK(said("id: a, event: net, when: {program: curl}",
             "match: ['net a:1 -- sh -c \"curl x\"'], no_match: ['net a:1 -- wget x']") == "");
  CHECK(said("id: a, event: read, when: {mode: read-only, tool: grep}", "match: [read x]") == "");
  CHECK(said("id: a, event: exec, when: {program: read}", "match: [/usr/bin/read x], no_match: [ls]") == "");
}

TEST_CASE("`on` is taken for `event`") {
  CHECK(complaint("version: 1\nrules:\n  - {id: a, on: exec, verdict: allow}\n").empty());
}

TEST_CASE("sets stand for their words, and a literal '@' can be written") {
  const RuleSet rules = tests::rules(R"(
version: 1
sets: {shells: [sh, bash], programs: ["@shells", dash]}
rules:
  - {id: a, event: exec, when: {program: "@programs", args: ["\\@x/y"]}, verdict: deny, reason: r}
)");
  CHECK(tests::verdict(rules, "dash @x/y") == Verdict::deny);
  CHECK(tests::verdict(rules, "bash @x/y") == Verdict::deny);
  CHECK(tests::verdict(rules, "bash x/y") == Verdict::allow);
}

}  // namespace
}  // namespace policy
