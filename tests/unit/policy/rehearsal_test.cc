#include "policy/rehearsal.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/policy/events.h"

namespace policy {
namespace {

sandbox::ExecEvent resolve(const std::vector<std::string>& argv, const std::string& cwd) {
  sandbox::ExecEvent event = tests::event_of(argv, tests::program_file(sys::base_name(argv.front())));
  event.cwd = cwd;
  return event;
}

/// As the gate reads it in the dry run's sandbox.
RehearsedExec exec(const std::string& line, const std::string& input = "", const std::string& output = "") {
  sandbox::ExecEvent event = tests::event_of(line);
  sandbox::Image& image = event.images.front();
  image.called = image.file.path;
  return {std::move(event), input, output};
}

Check check(const Rehearsal& rehearsal, const std::string& text) {
  static const RuleSet rules = tests::rules_of(R"(
  - {id: push, event: exec, when: {program: git, args: [push]}, verdict: deny, reason: r}
  - {id: rm, event: exec, when: {program: rm}, verdict: ask, reason: r}
)");
  return check_rehearsal({rules, State()}, rehearsal, text, "/ws", "/home/u", resolve);
}

const CheckedCommand& decider(const Check& check) { return check.commands.at(check.decider); }

/// "run git push": where each command but the shell was seen.
std::vector<std::string> seen(const Check& check) {
  static constexpr const char* names[] = {"text", "run", "success", "failure"};
  std::vector<std::string> lines;
  for (std::size_t i = 1; i < check.commands.size(); ++i) {
    std::string line = names[static_cast<int>(check.commands[i].sight)];
    for (const std::string& word : check.commands[i].event.images.front().argv) line += " " + word;
    lines.push_back(line);
  }
  return lines;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a rehearsal judges the shell first, and then what it would have started") {
  const Check found = check({{{exec("git push -f")}, {}}, {{exec("git push -f")}, {}}}, "$tool $what -f");
  CHECK(found.commands.at(0).event.images.front().argv == Lines{"sh", "-c", "$tool $what -f"});
  CHECK(decider(found).decision.rule == "push");
  CHECK(decider(found).decision.chain == Lines{"sh", "git"});
  CHECK(seen(found) == Lines{"run git push -f"});
  CHECK(found.unclear.empty());
}

TEST_CASE("a command that starts only on one way says on which, and names whose status decides") {
  const Check found =
      check({{{exec("grep x f"), exec("git push")}, {}}, {{exec("grep x f"), exec("ls")}, {}}},
            "if grep x f; then git push; else ls; fi");
  CHECK(seen(found) == Lines{"run grep x f", "success git push", "failure ls"});
  CHECK(found.unclear == Lines{"git push: starts only if what is before it succeeds: grep x f",
                               "ls: starts only if what is before it fails: grep x f"});
}

TEST_CASE("what stands in the text and no run has reached is judged as well") {
  const Check found = check({{{exec("ls")}, {}}, {{exec("ls")}, {}}}, "ls; false && rm \"$x\"; echo done");
  CHECK(seen(found) == Lines{"run ls", "text rm $x"});
  CHECK(decider(found).decision.verdict == Verdict::ask);
  CHECK(found.unclear == Lines{"rm '$x': a word is a variable"});
}

TEST_CASE("what a run has reached is judged as it was reached, in its directory") {
  RehearsedExec there = exec("rm a.o b.o");
  there.event.cwd = "/ws/build";
  const Rehearsal rehearsal{{{there}, {}}, {{there}, {}}};
  CHECK(seen(check(rehearsal, "cd build; rm *.o")) == Lines{"run rm a.o b.o"});
  CHECK(seen(check(rehearsal, "cd \"$d\"; rm $files")) == Lines{"run rm a.o b.o"});
  CHECK(seen(check(rehearsal, "rm *.o")) == Lines{"run rm a.o b.o", "text rm *.o"});
  CHECK(seen(check(rehearsal, "cd build; rm *.o x")) == Lines{"run rm a.o b.o", "text rm *.o x"});
}

TEST_CASE("what another command in the text has started does not stand for one that was not reached") {
  const Rehearsal rehearsal{{{exec("rm a"), exec("ls")}, {}}, {{exec("rm a"), exec("ls")}, {}}};
  CHECK(seen(check(rehearsal, "rm a; $ls")) == Lines{"run rm a", "run ls"});
  const Check found = check(rehearsal, "rm a; ls; false && rm $x; false && $cmd");
  CHECK(seen(found) == Lines{"run rm a", "run ls", "text rm $x"});
  CHECK(found.unclear ==
        Lines{"rm '$x': a word is a variable", "'$cmd': the name of the program is a variable"});
}

TEST_CASE("what stands in the words of a replaced program is judged with it") {
  const Check found =
      check({{{exec("timeout 9 git push")}, {}}, {{exec("timeout 9 git push")}, {}}}, "timeout 9 git push");
  CHECK(seen(found) == Lines{"run timeout 9 git push", "run git push"});
  CHECK(decider(found).decision.chain == Lines{"sh", "timeout", "git"});
}

TEST_CASE("an output that the script itself reads is named") {
  const ScriptRun piped{{exec("git log", "", "p1"), exec("tail", "p1", "")}, {}};
  CHECK(check({piped, piped}, "git log | tail").unclear.empty());
  CHECK(check({piped, piped}, "git log | { read x; tail; }").unclear.size() == 1);
  const ScriptRun inserted{{exec("git branch", "", "p1")}, {}};
  CHECK(check({inserted, inserted}, "x=$(git branch)").unclear ==
        Lines{"git branch: what becomes of its output, which a dry run does not have"});
}

TEST_CASE("a loop's equal rounds are listed once, and a script of builtins starts its shell alone") {
  const ScriptRun rounds{{exec("ls"), exec("ls"), exec("ls -a")}, {"a note"}};
  CHECK(seen(check({rounds, {}}, "ls")) == Lines{"success ls", "success ls -a"});
  CHECK(check({rounds, rounds}, "ls").unclear == Lines{"a note"});
  CHECK(check({}, "echo hello; cd x").commands.size() == 1);
}

TEST_CASE("what could outlive the script's shell is named") {
  const Rehearsal none;
  CHECK(check(none, "(a &); b").unclear.back().find("in the background") != std::string::npos);
  CHECK(check(none, "trap x EXIT; $g &").unclear.back().find("in the background") != std::string::npos);
  for (const char* text : {"echo &", "(echo)", "echo 2>&1", "(echo) && echo"})
    CHECK_MESSAGE(check(none, text).unclear.empty(), text);
}

TEST_CASE("a program that only a dry run's sandbox has is one that it has written") {
  RehearsedExec made = exec("rm x");
  made.event.images.front().file.path = "/tmp/rm";
  const Check found = check({{{made}, {}}, {{made}, {}}}, "/tmp/rm x");
  CHECK(found.commands.at(1).event.images.front().file.writable);
}

}  // namespace policy
