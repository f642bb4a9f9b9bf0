#include "policy/resolved.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "config/file.h"
#include "config/shape.h"
#include "config/yaml_text.h"
#include "policy/check.h"
#include "policy/examples.h"
#include "tests/unit/data.h"
#include "tests/unit/policy/events.h"

namespace policy {
namespace {

using config::Node;
using tests::source;

std::string resolved_text(const std::vector<Source>& sources) {
  return config::yaml_text(resolve(sources, tests::here()).document);
}

RuleSet read_again(const std::vector<Source>& sources) { return tests::rules(resolved_text(sources)); }

sandbox::ExecEvent event_at(const std::vector<std::string>& argv, const std::string& cwd) {
  sandbox::ExecEvent event = tests::event_of(argv, tests::program_file(sys::base_name(argv.front())));
  event.cwd = cwd;
  return event;
}

std::string told(const Decision& decision) {
  return decision.rule + " " + name_of(decision.verdict) + " " + decision.reason;
}

/// What the rules say to a command line, or to "read PATH" and the like.
std::string said(const RuleSet& rules, const std::string& text) {
  const auto spoken = spoken_event(text);
  if (spoken && spoken->kind == EventKind::net)
    return told(rules.decide(net_event(spoken->what.substr(0, spoken->what.find(' '))), State()));
  if (spoken)
    return told(
        rules.decide(file_event(spoken->kind, spoken->what, "/ws", "/home/u", Resolve::by_name), State()));
  const auto resolve_file = [](const std::vector<std::string>& argv, const std::string& cwd) {
    return event_at(argv, cwd);
  };
  std::string all;
  try {
    for (const CheckedCommand& command :
         check_script({rules, State()}, text, "/ws", "/home/u", resolve_file).commands)
      all += told(command.decision) + "\n";
  } catch (const sys::Error&) {
    all = "nothing starts";
  }
  return all;
}

void add_texts(const Node& node, std::vector<std::string>& texts) {
  if (node.kind == Node::Kind::scalar) texts.push_back(node.scalar);
  for (const Node& item : node.items) add_texts(item, texts);
  for (const config::Entry& entry : node.entries) add_texts(entry.value, texts);
}

/// What its examples speak about.
std::vector<std::string> examples_in(const Node& file) {
  std::vector<std::string> texts;
  if (const Node* examples = config::find(file, "examples")) add_texts(*examples, texts);
  if (const Node* rules = config::find(file, "rules"))
    for (const Node& rule : rules->items)
      if (const Node* examples = config::find(rule, "examples")) add_texts(*examples, texts);
  return texts;
}

TEST_CASE("builtin:base, written out, decides the corpus as it does") {
  const std::vector<Source> sources = {source("version: 1\nextends: [builtin:base]\n")};
  const RuleSet rules = RuleSet::compile(sources, tests::here());
  const RuleSet again = read_again(sources);
  std::vector<std::string> commands;
  for (const config::Entry& list : config::read_yaml_file(tests::data_file("../policy/corpus.yaml")).entries)
    for (const Node& entry : list.value.items)
      if (const Node* command = config::find(entry, "command")) commands.push_back(command->scalar);
  CHECK(commands.size() > 500);
  for (const std::string& command : commands) {
    CAPTURE(command);
    CHECK(said(again, command) == said(rules, command));
  }
}

TEST_CASE("every policy that is shipped, written out, decides its examples as it does") {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(tests::source_file("examples/policies"))) {
    if (entry.path().extension() != ".yaml") continue;
    CAPTURE(entry.path().string());
    const std::vector<Source> sources = {{Layer::user, config::read_yaml_file(entry.path().string())}};
    const RuleSet rules = RuleSet::compile(sources, tests::here());
    const RuleSet again = read_again(sources);
    for (const std::string& text : examples_in(sources.front().document)) {
      CAPTURE(text);
      CHECK(said(again, text) == said(rules, text));
      ++count;
    }
  }
  CHECK(count > 150);
}

TEST_CASE("sets, variables, exceptions and `on` are written out") {
  const std::string text = resolved_text({source(R"(
version: 1
sets: {names: [a, b], more: ["@names", c], flags: [-f, --force], dirs: ["~/x*", "${workspaces}/y/"], ports: [80, 90-95]}
defaults: {exec: ask}
rules:
  - id: one
    on: exec
    when: {program: ["@names", "~/bin/*", "~/bin/tool"], args: ["@more", [x, "@names"], "**"], options: {all: ["@flags", -g], values: {"@flags": "@names"}}}
    verdict: deny
    reason: r
    examples: {match: [a a x -f a -g]}
  - {id: two, event: read, when: {path: ["@dirs", rel/z, "*.env"]}, verdict: deny, reason: r}
  - {id: three, event: net, when: {port: "@ports", args: "@names"}, verdict: allow}
except:
  one: {when: {cwd: "~"}}
)")});
  CHECK(text == R"(version: 1
defaults:
  exec: ask
  read: allow
  write: allow
  net: deny
rules:
  # rules.yaml:6:5
  - id: one
    event: exec
    when: {program: [a, b, "/home/u/bin/*", "~/bin/tool"], args: [[a, b, c], [x, a, b], "**"], options: {all: [["-f", "--force"], "-g"], values: {"-f": [a, b]}}}
    verdict: deny
    reason: r
    unless: [{cwd: /home/u}]
  # rules.yaml:12:5
  - id: two
    event: read
    when: {path: ["/home/u/x*", /ws/y/, /ws/rel/z, "*.env"]}
    verdict: deny
    reason: r
  # rules.yaml:13:5
  - id: three
    event: net
    when: {port: ["80", "90-95"], args: [[a, b]]}
    verdict: allow
)");
}

TEST_CASE("an allow that answers no default of the layers above is not written") {
  const std::vector<Source> sources = {
      source("version: 1\ndefaults: {exec: ask, net: allow}\n", Layer::system),
      source("version: 1\nrules:\n  - {id: a, event: exec, when: {program: ls}, verdict: allow}\n"
             "  - {id: b, event: [exec, net], when: {program: ls}, verdict: allow}\n"
             "  - {id: c, event: exec, when: {program: id}, verdict: deny, reason: r}\n")};
  const Resolved resolved = resolve(sources, tests::here());
  const Node& rules = *config::find(resolved.document, "rules");
  REQUIRE(rules.items.size() == 2);
  CHECK(config::find(rules.items[0], "event")->items.at(0).scalar == "net");
  CHECK(resolved.notes.empty());
  const RuleSet all = RuleSet::compile(sources, tests::here());
  const RuleSet again = read_again(sources);
  for (const std::string text : {"ls", "id", "cat", "net a:1"}) CHECK(said(again, text) == said(all, text));
}

TEST_CASE("what the files say about a program is written once") {
  const std::vector<Source> sources = {
      source("version: 1\nprograms: {t: {flags: [-a, -b], paths: ~/t, commands: {x: {flags: -c}}}}\n"),
      source(
          "version: 1\nprograms: {t: {value_options: [-b], commands: {x: {flags: [-d]}, y: {like: x}}}}\n")};
  CAPTURE(resolved_text(sources));
  CHECK(resolved_text(sources).find(R"(programs:
  t:
    flags: ["-a"]
    paths: [/home/u/t]
    commands: {x: {flags: ["-c", "-d"]}, y: {flags: ["-d"]}}
    value_options: ["-b"]
)") != std::string::npos);
  CHECK_NOTHROW(read_again(sources));
}

TEST_CASE("what one file cannot say as several layers do is noted") {
  const Resolved resolved =
      resolve({source("version: 1\n", Layer::system), source("version: 1\nprograms: {t: {flags: [-a]}}\n")},
              tests::here());
  REQUIRE(resolved.notes.size() == 1);
  CHECK(resolved.notes.front().find("programs and options") != std::string::npos);
}

}  // namespace
}  // namespace policy
