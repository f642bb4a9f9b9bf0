#include "policy/import/import.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>

#include "policy/check.h"
#include "policy/examples.h"
#include "policy/identity.h"
#include "shelltool/command/import_command.h"
#include "tests/unit/data.h"
#include "tests/unit/policy/events.h"

namespace policy {
namespace {

Import import_codex(const std::string& text) {
  return shelltool::import_rules("codex", text, "default.rules", tests::here());
}

Import import_claude(const std::string& text, const std::string& file = "/ws/.claude/settings.json") {
  return shelltool::import_rules("claude", text, file, tests::here());
}

std::string error_of(const std::string& source, const std::string& text) {
  try {
    (void)shelltool::import_rules(source, text, "f", tests::here());
    return "none";
  } catch (const config::BadInput& error) {
    return error.what();
  }
}

RuleSet compiled(const Import& import) {
  return RuleSet::compile({{Layer::user, config::read_yaml(import.yaml, "imported.yaml")}}, tests::here());
}

/// As the gate would see it; a program that this machine lacks lies where any system has it.
sandbox::ExecEvent resolve(const std::vector<std::string>& argv, const std::string& cwd) {
  static const Identity identity(tests::here());
  const std::string& called = argv.front();
  const bool is_name = called.find('/') == std::string::npos;
  sandbox::File file =
      tests::system_file(is_name ? identity.look_up(called).value_or(Identity::missing_path(called))
                                 : sys::normal_path(called, cwd));
  file.writable = sys::is_within(file.path, "/ws");
  return tests::event_of(argv, std::move(file));
}

struct Answer {
  Verdict verdict = Verdict::allow;
  bool is_ruled = true;      ///< a rule decided it, and no default
  bool is_all_ruled = true;  ///< and so all that starts
};

bool is_ruled(const Decision& decision) { return !decision.rule.starts_with("defaults."); }

Answer answer(const RuleSet& rules, const std::string& text) {
  if (const std::optional<Spoken> spoken = spoken_event(text)) {
    const Decision decision =
        spoken->kind == EventKind::net
            ? rules.decide(net_event(spoken->what), State())
            : rules.decide(file_event(spoken->kind, spoken->what, "/ws", "/home/u", Resolve::by_name),
                           State());
    return {decision.verdict, is_ruled(decision), is_ruled(decision)};
  }
  const Check check = check_script({rules, State()}, text, "/ws", "/home/u", resolve);
  const Decision& decision = check.commands[check.decider].decision;
  return {decision.verdict, is_ruled(decision),
          std::all_of(check.commands.begin(), check.commands.end(),
                      [](const CheckedCommand& command) { return is_ruled(command.decision); })};
}

std::string in_words_of_codex(const Answer& found) {
  if (found.verdict == Verdict::ask) return "prompt";
  if (found.verdict == Verdict::deny) return found.is_ruled ? "forbidden" : "none";
  return found.is_all_ruled ? "allow" : "none";
}

/// The rows whose fields are: what happens, the verdict that it has where the rules were written, the one
/// here if it is another, and why.
template <class Say>
void check_table(const std::string& name, const Say& say) {
  std::size_t count = 0;
  for (const std::vector<std::string>& row : tests::table_of(name)) {
    if (row.front().starts_with('#')) continue;
    CAPTURE(row.front());
    REQUIRE(row.size() >= 2);
    const bool differs = row.size() > 2;
    if (differs) {
      REQUIRE(row.size() == 4);
      CHECK(row[2] != row[1]);
      CHECK(!row[3].empty());
    }
    CHECK(say(row.front()) == (differs ? row[2] : row[1]));
    ++count;
  }
  CHECK(count >= 60);
}

TEST_CASE("imported rules of Codex decide as Codex does, or as the table says why not") {
  const RuleSet rules = compiled(import_codex(tests::text_of_data("import/codex.rules")));
  check_table("import/codex.tsv",
              [&](const std::string& text) { return in_words_of_codex(answer(rules, text)); });
}

TEST_CASE("imported permissions of Claude Code decide as Claude Code does, or as the table says why not") {
  const RuleSet rules = compiled(import_claude(tests::text_of_data("import/claude.json")));
  check_table("import/claude.tsv",
              [&](const std::string& text) { return std::string(name_of(answer(rules, text).verdict)); });
}

const ImportNote& note_on(const Import& import, const std::string& what) {
  const auto found = std::find_if(import.notes.begin(), import.notes.end(), [&](const ImportNote& note) {
    return note.what.find(what) != std::string::npos;
  });
  REQUIRE(found != import.notes.end());
  return *found;
}

TEST_CASE("each imported rule is told with its place, what became of it and why") {
  const Import codex = import_codex(tests::text_of_data("import/codex.rules"));
  CHECK(codex.notes.size() == 22);
  CHECK(note_on(codex, "'git status'").fidelity == Fidelity::narrowed);
  CHECK(note_on(codex, "'curl'").fidelity == Fidelity::exact);
  const ImportNote& push = note_on(codex, "'git push'");
  CHECK(push.fidelity == Fidelity::widened);
  CHECK(push.place.line == 10);
  CHECK(push.place.column == 1);
  CHECK(push.why == "options may stand anywhere among these words");

  const Import claude = import_claude(tests::text_of_data("import/claude.json"));
  CHECK(claude.count(Fidelity::dropped) == 3);
  const ImportNote& browser = note_on(claude, "mcp__browser");
  CHECK(browser.what == "permissions.deny[12] 'mcp__browser'");
  CHECK(browser.place.line == 43);
  CHECK(browser.place.column == 7);
  CHECK(browser.fidelity == Fidelity::dropped);
  CHECK(note_on(claude, "watch").why.find("asks all the same") != std::string::npos);
  CHECK(note_on(claude, "cd x && ls").why.find("operator") != std::string::npos);
  CHECK(note_on(claude, "Bash(curl *)").fidelity == Fidelity::exact);
  CHECK(note_on(claude, "Read(docs/**)").fidelity == Fidelity::exact);
  for (const Import* import : {&codex, &claude})
    for (const ImportNote& note : import->notes)
      CHECK((note.fidelity == Fidelity::exact) == note.why.empty());
}

TEST_CASE("examples of Codex become examples, and one that does not hold here is left out and told") {
  const Import import = import_codex(tests::text_of_data("import/codex.rules"));
  REQUIRE(import.left_out.size() == 1);
  CHECK(std::string(import.left_out.front().what()) ==
        "default.rules:15:30: this example is left out, for the rule as imported matches it too: "
        "'git -C sub push'");
  CHECK(import.yaml.find("- \"git push origin 'a branch'\"") != std::string::npos);
  CHECK(import.yaml.find("- \"git -C sub status\"") != std::string::npos);
  CHECK(import.yaml.find("git -C sub push") == std::string::npos);
}

TEST_CASE("an example that Codex's own rule does not bear out is left out and told") {
  const Import import = import_codex("prefix_rule(pattern=['git', 'add'], match=['git commit'])");
  REQUIRE(import.left_out.size() == 1);
  CHECK(std::string(import.left_out.front().what()) ==
        "default.rules:1:44: this example is left out, for Codex's own rule does not match it: 'git commit'");
}

TEST_CASE("imported words mean themselves, whatever they mean to YAML and to globs") {
  const Import import = import_codex(
      R"(prefix_rule(pattern=["no", "a*", "@x", "[", "é\u0085\n", "**", "true"], decision="forbidden"))");
  const RuleSet rules = compiled(import);
  const auto verdict_of = [&](std::vector<std::string> argv) {
    return tests::verdict(rules, tests::event_of(std::move(argv), tests::program_file("no")));
  };
  CHECK(verdict_of({"no", "a*", "@x", "[", "é\xC2\x85\n", "**", "true"}) == Verdict::deny);
  CHECK(verdict_of({"no", "ab", "@x", "[", "é\xC2\x85\n", "**", "true"}) == Verdict::allow);
  CHECK(verdict_of({"no", "a*", "@x", "[", "é\xC2\x85\n", "x", "true"}) == Verdict::allow);
}

TEST_CASE("an imported rule teaches no program that a flag takes a value") {
  const std::string list =
      "prefix_rule(pattern=['docker', 'run', '--privileged=true'], decision='forbidden')\n"
      "prefix_rule(pattern=['kubectl', '--context=prod', 'delete'], decision='forbidden')\n"
      "prefix_rule(pattern=['git', '-C', 'a', '-C', 'b', 'push'], decision='prompt')\n"
      "prefix_rule(pattern=['docker', 'run', 'bad'], decision='prompt')\n";
  const RuleSet rules = compiled(import_codex(list));
  CHECK(tests::verdict(rules, "docker run --privileged=true x") == Verdict::deny);
  CHECK(tests::verdict(rules, "docker run --privileged bad") == Verdict::ask);
  CHECK(tests::verdict(rules, "git -C a -C b push") == Verdict::ask);
  CHECK(tests::verdict(rules, "kubectl delete pod x --context prod") == Verdict::deny);
  CHECK(tests::verdict(rules, "kubectl delete pod x --context dev") == Verdict::allow);
}

TEST_CASE("what options cannot say is matched as it stands, and what no program can be called is dropped") {
  const RuleSet codex = compiled(import_codex("prefix_rule(pattern=['rm', '-é'], decision='forbidden')"));
  CHECK(tests::verdict(codex, "rm -é x") == Verdict::deny);
  const RuleSet claude = compiled(
      import_claude(R"j({"permissions": {"deny": ["Bash(*hmod *)"], "defaultMode": "bypassPermissions"}})j"));
  CHECK(tests::verdict(claude, "chmod -R") == Verdict::deny);
  const Import dropped = import_codex("prefix_rule(pattern=['.//x'])\nprefix_rule(pattern=['../x'])");
  CHECK(dropped.count(Fidelity::dropped) == 2);
  CHECK(dropped.notes.front().why == "no program can be called './/x'");
}

TEST_CASE("equal rules get identifiers of their own") {
  const Import import =
      import_codex("prefix_rule(pattern=['a'])\nprefix_rule(pattern=['a'])\nprefix_rule(pattern=['a'])");
  for (const char* id : {"id: codex.a\n", "id: codex.a-2\n", "id: codex.a-3\n"})
    CHECK(import.yaml.find(id) != std::string::npos);
}

TEST_CASE("a path of Claude Code begins where its settings say") {
  const auto pattern_in = [](const std::string& file, const std::string& permission) {
    const Import import = import_claude(R"({"permissions": {"deny": [")" + permission + R"("]}})", file);
    const std::size_t begin = import.yaml.find("path: ") + 6;
    return import.yaml.substr(begin, import.yaml.find('\n', begin) - begin);
  };
  const std::string project = "/ws/.claude/settings.json";
  CHECK(pattern_in(project, "Edit(/src/**)") == R"("${workspace}/src/**"})");
  CHECK(pattern_in("/home/u/.claude/settings.json", "Edit(/src/**)") == R"("~/.claude/src/**"})");
  CHECK(pattern_in("/opt/team/settings.json", "Edit(/src/**)") == R"("/opt/team/src/**"})");
  CHECK(pattern_in(project, "Edit(//etc/*.conf)") == R"("/etc/*.conf"})");
  CHECK(pattern_in(project, "Edit(~/.bashrc)") == R"("~/.bashrc"})");
  CHECK(pattern_in(project, "Edit(*.pem)") == R"("${workspaces}/**/*.pem"})");
  CHECK(pattern_in(project, "Edit(src/gen/**)") == R"("${workspaces}/src/gen/**"})");
  CHECK(pattern_in(project, "Edit(src/**)") == R"("${workspaces}/**/src/**"})");
}

TEST_CASE("a mode of Claude Code says what becomes of commands that no permission names") {
  struct Case {
    std::string mode, command;
    Verdict expected;
  };
  const Case cases[] = {
      {"default", "cargo build", Verdict::ask},
      {"default", "ls", Verdict::allow},
      {"default", "mkdir a", Verdict::ask},
      {"acceptEdits", "mkdir a", Verdict::allow},
      {"acceptEdits", "rm -r build", Verdict::allow},
      {"acceptEdits", "rm -r .", Verdict::ask},
      {"acceptEdits", "cp a /etc/b", Verdict::ask},
      {"acceptEdits", "cargo build", Verdict::ask},
      {"plan", "cargo build", Verdict::ask},
      {"dontAsk", "cargo build", Verdict::ask},
      {"bypassPermissions", "cargo build", Verdict::allow},
      {"bypassPermissions", "curl x", Verdict::deny},
      {"default", "curl x", Verdict::deny},
  };
  for (const Case& each : cases) {
    CAPTURE(each.mode);
    CAPTURE(each.command);
    const RuleSet rules = compiled(import_claude(
        fmt::format(R"j({{"permissions": {{"defaultMode": "{}", "deny": ["Bash(curl:*)"]}}}})j", each.mode)));
    CHECK(answer(rules, each.command).verdict == each.expected);
  }
}

TEST_CASE("settings without permissions keep what Claude Code does without them") {
  const RuleSet rules = compiled(import_claude("{}"));
  CHECK(answer(rules, "cargo build").verdict == Verdict::ask);
  CHECK(answer(rules, "git log").verdict == Verdict::allow);
}

TEST_CASE("a source that cannot be taken whole is an error with its place") {
  struct Case {
    std::string source, text, error;
  };
  const std::string deep(5000, '[');
  const Case cases[] = {
      {"codex", "# nothing\n", "f: there is no rule in it"},
      {"codex", "prefix_rule(pattern=['a'", "f:1:25: expected ',' or ']'; found the end of the file"},
      {"codex", "prefix_rule(patern=['a'])", "f:1:13: unknown key 'patern'; did you mean 'pattern'?"},
      {"codex", "\nprefix_rul(pattern=['a'])",
       "f:2:1: unknown function 'prefix_rul'; did you mean 'prefix_rule'?"},
      {"codex", "prefix_rule(pattern=[])", "f:1:21: an empty list, which matches nothing"},
      {"codex", "prefix_rule(pattern=['a'], decision='deny')",
       "f:1:37: unknown word 'deny'; known are allow, prompt, forbidden"},
      {"codex", "prefix_rule(pattern=['a'], justification=' ')",
       "f:1:42: expected a text, found an empty one"},
      {"codex", "prefix_rule(['a'])",
       "f:1:13: expected the name of an argument, as in pattern = […]; found '['"},
      {"codex", "X = ['a']",
       "f:1:1: 'X' is a variable, and only literal calls are imported: write its value where it is used"},
      {"codex", "prefix_rule(pattern=X)",
       "f:1:21: expected a string or a list, written out; found the name 'X'"},
      {"codex", "prefix_rule(pattern=[x for x in y])",
       "f:1:22: expected a string or a list, written out; found the name 'x'"},
      {"codex", "prefix_rule(pattern=[f'a'])",
       "f:1:22: a string with 'f' in front: only plain strings and r\"…\" are read"},
      {"codex", "prefix_rule(pattern=['a' 'b'])", "f:1:26: expected ',' or ']'; found the string 'b'"},
      {"codex", "prefix_rule(pattern=['a' + ['b']])", "f:1:28: a string and a list cannot be added"},
      {"codex", "prefix_rule(pattern=['a\n'])", "f:1:22: this string has no end"},
      {"codex", R"(prefix_rule(pattern=['\q']))", R"(f:1:23: the escape '\q' is none that is read here)"},
      {"codex", "prefix_rule(pattern=['a'], pattern=['b'])", "f:1:28: the argument 'pattern' is there twice"},
      {"codex", "prefix_rule(pattern=['a'], match=['\"'])",
       "f:1:35: reading shell text: a quote \" is never closed"},
      {"codex", "def f():\n  pass",
       "f:1:5: expected '(' behind the name of a function: only calls are imported; found the name 'f'"},
      {"codex", "prefix_rule(pattern=" + deep, "f:1:37: lists in more than 16 others"},
      {"codex", "network_rule(host='*.a.example', protocol='https', decision='allow')",
       "f:1:19: Codex takes no wildcard in a host; found '*.a.example'"},
      {"codex", "host_executable(name='git', paths=['/usr/bin/gut'])",
       "f:1:35: expected an absolute path, or one below ~/, that ends in 'git'; found '/usr/bin/gut'"},
      {"codex", std::string("a\0b", 3), "f:1:2: a control character (U+0000)"},
      {"codex", "# \xff", "f:1:3: byte 0xFF is no UTF-8"},
      {"claude", "[]", "f:1:1: expected '{': the settings are an object"},
      {"claude", "{\n \"permissions\": ", "f:2:17: the text ends in the middle of a value"},
      {"claude", R"({"permissions": []})", "f:1:17: expected a map of lists, found a list"},
      {"claude", R"({"permissions": {"deny": "Bash"}})",
       "f:1:26: expected a list of permissions, found 'Bash'"},
      {"claude", R"({"permissions": {"deny": [["Bash"]]}})", "f:1:27: expected a text, found a list"},
      {"claude", R"j({"permissions": {"deny": ["Bash(x"]}})j",
       "f:1:27: expected Tool or Tool(what), found 'Bash(x'"},
      {"claude", R"({"permissions": {"defaultMode": "acceptEdit"}})",
       "f:1:33: unknown word 'acceptEdit'; did you mean 'acceptEdits'?"},
      {"claude", "{\"a\": " + deep, "f:1:134: nested deeper than 128 levels"},
      {"claude", std::string("{\0}", 3), "f:1:2: a control character (U+0000)"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.text.substr(0, 100));
    CHECK(error_of(each.source, each.text) == each.error);
  }
}

}  // namespace
}  // namespace policy
