#include "policy/words.h"

#include <doctest/doctest.h>

#include "policy/program_reader.h"
#include "policy/word_matcher.h"
#include "tests/unit/policy/described.h"

namespace policy {
namespace {

using tests::described;

Grammar known(Style style, Names value_options) {
  Grammar grammar;
  grammar.style = style;
  grammar.known = true;
  grammar.value_options = std::move(value_options);
  return grammar;
}

TEST_CASE("words of a gnu program are read as getopt reads them") {
  const Grammar grammar = known(Style::gnu, {"-n", "-o", "--out", "--output"});
  struct Case {
    std::vector<std::string> argv;
    std::string expected;
  };
  const Case cases[] = {
      {{"p", "-rf", "x"}, "-r -f | x"},
      {{"p", "-n5", "x"}, "-n=5 | x"},
      {{"p", "-rn", "5", "x"}, "-r -n=5 | x"},
      {{"p", "-rn5x"}, "-r -n=5x |"},
      {{"p", "--opt=v", "x"}, "--opt=v | x"},
      {{"p", "--out", "f", "x"}, "--out=f | x"},
      {{"p", "--out", "-r", "x"}, "--out=-r | x"},
      {{"p", "--flag", "x"}, "--flag | x"},
      {{"p", "x", "-r", "y"}, "-r | x y"},
      {{"p", "--", "-r", "--", "y"}, "| -r -- y"},
      {{"p", "-", "x"}, "| - x"},
      {{"p", "", "x"}, "|  x"},
      {{"p", "--ou", "f"}, "--ou | f?"},
      {{"p", "-n"}, "-n |"},
      {{"p", "--opt="}, "--opt= |"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.argv.back());
    CHECK(described(each.argv, grammar) == each.expected);
  }
}

TEST_CASE("single-dash programs take values behind a blank or '=', and two dashes for one") {
  const Grammar grammar = known(Style::single_dash, {"-name", "-chdir"});
  CHECK(described({"find", ".", "-name", "*.c", "-delete"}, grammar) == "-name=*.c -delete | .");
  CHECK(described({"terraform", "-chdir=x", "apply", "-auto-approve"}, grammar) ==
        "-chdir=x -auto-approve | apply");
  CHECK(described({"terraform", "--chdir", "x", "apply"}, grammar) == "--chdir=x | apply");
}

TEST_CASE("programs of words have no options") {
  CHECK(described({"dd", "if=x", "-f", "--"}, known(Style::words, {})) == "| if=x -f --");
}

/// The grammar of "p", as a rules file describes it.
Grammar grammar_of(const std::string& yaml) {
  return read_program("p", config::read_yaml(yaml, "p.yaml")).program.grammar;
}

Grammar known(const std::string& yaml) {
  Grammar grammar = grammar_of(yaml);
  grammar.known = true;
  return grammar;
}

TEST_CASE("a command reads an option as the nearest one around it that lists it") {
  const Grammar grammar = known(
      "{value_options: [-c, --all-of], commands: {a: {value_options: [-m], flags: [-c, --all]}, "
      "b: {commands: {c: {value_options: [-x]}}}}}");
  CHECK(described({"p", "-c", "1", "a", "-c", "x"}, grammar) == "-c=1 -c | a x");
  CHECK(described({"p", "b", "-c", "1", "c", "-x", "2", "-m", "y"}, grammar) == "-c=1 -x=2 -m | b c y");
  CHECK(described({"p", "a", "--all", "x"}, grammar) == "--all | a x");
  CHECK(described({"p", "b", "c", "--all", "x"}, grammar) == "--all | b c x?");
  CHECK(described({"p", "frobnicate", "-x", "y", "-c", "z"}, grammar) == "-x -c=z | frobnicate y?");
  CHECK(described({"p", "b", "frobnicate", "-x", "y"}, grammar) == "-x | b frobnicate y?");
}

TEST_CASE("options end at the word, and behind the option, that a program ends them at") {
  const Grammar grammar = known("{options_end_at: 2, value_options: [-o, -m], last_options: [-m, -l]}");
  CHECK(described({"p", "a", "-o", "1", "b", "-o", "--", "c"}, grammar) == "-o=1 | a b -o -- c");
  CHECK(described({"p", "-m", "mod", "-o", "x"}, grammar) == "-m=mod | -o x");
  CHECK(described({"p", "-l", "-o", "x"}, grammar) == "-l | -o x");
  const Grammar command = known("{commands: {run: {options_end_at: 1, value_options: [-e]}, ps: {}}}");
  CHECK(described({"p", "run", "-e", "K=V", "image", "-e", "x"}, command) == "-e=K=V | run image -e x");
  CHECK(described({"p", "ps", "x", "-e"}, command) == "-e | ps x");
}

TEST_CASE("'--' ends no options where it is listed as one") {
  const Grammar grammar = known("{style: single-dash, flags: [\"--\"], value_options: [-name]}");
  CHECK(described({"find", "--", "x", "-delete", "-name", "y"}, grammar) == "-- -delete -name=y | x");
}

TEST_CASE("the word behind an option that may take it counts as its value for a deny, and for no exception") {
  const Grammar grammar = known(Style::gnu, {"--request"});
  const std::vector<std::string> argv = {"curl", "--reques", "DELETE", "x"};
  const Words words = read_words(argv, 1, grammar);
  OptionsMatcher matcher;
  matcher.values.emplace_back("--request", std::vector<WordGlob>{WordGlob("DELETE")});
  CHECK(mismatch_of(matcher, words, grammar, Reach::wide) == Mismatch::none);
  CHECK(mismatch_of(matcher, words, grammar, Reach::narrow) == Mismatch::options_values);
}

TEST_CASE("an option that is switched off in any place carves out nothing") {
  Grammar unknown;
  OptionsMatcher matcher;
  matcher.any = {"--dry-run"};
  const auto holds = [&](const std::vector<std::string>& argv) {
    return mismatch_of(matcher, read_words(argv, 1, unknown), unknown, Reach::narrow) == Mismatch::none;
  };
  CHECK(holds({"npm", "publish", "--dry-run"}));
  CHECK_FALSE(holds({"npm", "publish", "--dry-run", "false"}));
  CHECK_FALSE(holds({"npm", "--dry-run", "false", "publish"}));
  CHECK_FALSE(holds({"npm", "publish", "--dry-run", "--dry-run=0"}));
}

TEST_CASE("what stands behind '=' is a value of a short option, too") {
  const Grammar grammar = known(Style::gnu, {"-v"});
  const std::vector<std::string> argv = {"docker", "-v=/:/h"};
  OptionsMatcher matcher;
  matcher.values.emplace_back("-v", std::vector<WordGlob>{WordGlob("/:*")});
  CHECK(mismatch_of(matcher, read_words(argv, 1, grammar), grammar, Reach::wide) == Mismatch::none);
}

TEST_CASE("a value that must stand in the option's own word takes no other one") {
  const Grammar grammar = known("{value_options: [-j], attached_options: [-i, -j]}");
  CHECK(described({"p", "-i.bak", "x"}, grammar) == "-i=.bak | x");
  CHECK(described({"p", "-i", "x"}, grammar) == "-i | x");
  CHECK(described({"p", "-j4", "x"}, grammar) == "-j=4 | x");
  CHECK(described({"p", "-j", "4", "x"}, grammar) == "-j | 4? x");
}

TEST_CASE("letters in a first word without a dash are options, their values behind it in order") {
  const Grammar grammar = known("{style: letters, value_options: [-f, -C, --file]}");
  CHECK(described({"tar", "xfvC", "a", "d", "-v", "b"}, grammar) == "-x -f=a -v -C=d -v | b");
  CHECK(described({"tar", "-xf", "a", "b"}, grammar) == "-x -f=a | b");
  CHECK(described({"tar", "", "f"}, grammar) == "|  f");
  CHECK(described({"tar", "xf"}, grammar) == "-x -f |");
}

TEST_CASE("what the owner says about a program is laid over what is built in, and may be like another one") {
  ProgramTable table;
  const auto add = [&](const std::string& name, const std::string& yaml) {
    table.add(read_program(name, config::read_yaml(yaml, "p.yaml")));
  };
  const auto read = [&](const std::vector<std::string>& argv) {
    return described(argv, table.find(argv.front())->grammar);
  };
  add("git", "{value_options: [--home], commands: {push: {flags: [-o]}, deploy: {value_options: [-t]}}}");
  CHECK(read({"git", "--home", "x", "-C", "y", "push", "-o", "origin"}) == "--home=x -C=y -o | push origin");
  CHECK(read({"git", "deploy", "-t", "x", "y"}) == "-t=x | deploy y");
  CHECK(read({"git", "commit", "-m", "x"}) == "-m=x | commit");
  add("k", "{like: kubectl, commands: {logs: {value_options: [-f]}}}");
  add("kk", "{like: k}");
  CHECK(read({"kk", "-n", "ns", "logs", "-f", "x", "y"}) == "-n=ns -f=x | logs y");
  CHECK(read({"kubectl", "logs", "-f", "x"}) == "-f | logs x");
  CHECK(table.find("k") != nullptr);
  CHECK_THROWS_WITH_AS(add("x", "{like: kubectk}"), doctest::Contains("p.yaml:1:8"), config::BadInput);
  table.add_value_option("docker", "--frob");
  CHECK(read({"docker", "run", "--frob", "x", "-v", "a:b", "img"}) == "--frob=x -v=a:b | run img");
}

TEST_CASE("what an unknown program makes of a word stays open") {
  const Grammar unknown;
  CHECK(described({"p", "--ns", "x", "delete"}, unknown) == "--ns | x? delete");
  CHECK(described({"p", "-xvf", "a"}, unknown) == "-x? -v? -f? | a?");
  CHECK(described({"p", "--a", "--b", "c"}, unknown) == "--a --b? | c?");
}

TEST_CASE("reading very many words keeps every one, bytes as they are") {
  std::vector<std::string> argv{"p"};
  for (int count = 0; count < 100'000; ++count) argv.emplace_back(count % 2 == 0 ? "-abc" : "w\xff");
  argv.emplace_back(100'000, '\xfe');
  const Words words = read_words(argv, 1, Grammar());
  CHECK(words.positionals.size() == 50'001);
  CHECK(words.options.size() == 150'000);
  CHECK(words.positionals.back().text.size() == 100'000);
}

std::vector<ArgPattern> args(const std::vector<std::string>& patterns) {
  std::vector<ArgPattern> made;
  for (const std::string& pattern : patterns) {
    ArgPattern& each = made.emplace_back();
    if (pattern == "**")
      each.any_words = true;
    else
      each.alternatives.emplace_back(pattern);
  }
  return made;
}

TEST_CASE("args are a prefix of the words, in order") {
  const Words words{{{"push"}, {"origin"}, {"main"}}, {}};
  for (const Reach reach : {Reach::wide, Reach::narrow}) {
    CHECK(match_args(args({"push"}), words, reach));
    CHECK(match_args(args({"push", "origin", "main"}), words, reach));
    CHECK(match_args(args({"push", "**", "main"}), words, reach));
    CHECK(match_args(args({"**", "ma*"}), words, reach));
    CHECK(match_args(args({"**"}), Words(), reach));
    CHECK_FALSE(match_args(args({"origin"}), words, reach));
    CHECK_FALSE(match_args(args({"push", "main"}), words, reach));
    CHECK_FALSE(match_args(args({"push", "origin", "main", "more"}), words, reach));
    CHECK_FALSE(match_args(args({"push"}), Words(), reach));
  }
}

TEST_CASE("a word that may be a value counts both ways widely, and not at all narrowly") {
  const Words words{{{"prod", true}, {"delete"}}, {}};
  CHECK(match_args(args({"delete"}), words, Reach::wide));
  CHECK(match_args(args({"prod", "delete"}), words, Reach::wide));
  CHECK_FALSE(match_args(args({"delete"}), words, Reach::narrow));
  CHECK_FALSE(match_args(args({"prod"}), words, Reach::narrow));
  CHECK(match_count({{1, 1}}, words, Reach::wide));
  CHECK_FALSE(match_count({{1, 1}}, words, Reach::narrow));
  CHECK(match_count({{1, 2}}, words, Reach::narrow));
}

bool options(const OptionsMatcher& matcher, const std::vector<std::string>& argv, Reach reach,
             const Grammar& grammar = known(Style::gnu, {"--context"})) {
  return mismatch_of(matcher, read_words(argv, 1, grammar), grammar, reach) == Mismatch::none;
}

TEST_CASE("shortened options count widely only, unless they are names of their own") {
  OptionsMatcher force;
  force.any = {"--force-with-lease"};
  for (const char* shortened : {"--f", "--force", "--force-with-leas"}) {
    CHECK(options(force, {"p", shortened}, Reach::wide));
    CHECK_FALSE(options(force, {"p", shortened}, Reach::narrow));
  }
  Grammar grammar = known(Style::gnu, {});
  grammar.flags = {"--force"};
  CHECK_FALSE(options(force, {"p", "--force"}, Reach::wide, grammar));
  CHECK(options(force, {"p", "--force-w"}, Reach::wide, grammar));
  CHECK(options(force, {"p", "--force-with-lease"}, Reach::narrow, grammar));
}

TEST_CASE("any, all, none and only ask for options in their ways") {
  OptionsMatcher all;
  all.all = {{"-r", "-R", "--recursive"}, {"-f", "--force"}};
  OptionsMatcher none;
  none.none = {"--output"};
  OptionsMatcher only;
  only.only = {"-l", "-a"};
  for (const Reach reach : {Reach::wide, Reach::narrow}) {
    CHECK(options(all, {"rm", "-fR", "x"}, reach));
    CHECK_FALSE(options(all, {"rm", "-f", "x"}, reach));
    CHECK_FALSE(options(all, {"rm", "--", "-rf"}, reach));
    CHECK(options(none, {"git", "diff"}, reach));
    CHECK_FALSE(options(none, {"git", "diff", "--output=x"}, reach));
    CHECK(options(only, {"ls", "-la"}, reach));
    CHECK(options(only, {"ls"}, reach));
    CHECK_FALSE(options(only, {"ls", "-laR"}, reach));
  }
  CHECK_FALSE(options(none, {"git", "diff", "--outp=x"}, Reach::narrow));
  CHECK(options(none, {"git", "diff", "--outp=x"}, Reach::wide));
}

TEST_CASE("an option that is taken back does not count narrowly") {
  OptionsMatcher dry;
  dry.any = {"--dry-run"};
  CHECK(options(dry, {"p", "--dry-run"}, Reach::narrow));
  CHECK_FALSE(options(dry, {"p", "--dry-run", "--no-dry-run"}, Reach::narrow));
  CHECK(options(dry, {"p", "--dry-run", "--no-dry-run"}, Reach::wide));
  dry.any = {"-n", "--dry-run"};
  for (const char* back : {"--no-dry-run", "--no-dry", "--no-d", "--no-n"}) {
    CAPTURE(back);
    CHECK_FALSE(options(dry, {"p", "-n", back}, Reach::narrow));
    CHECK(options(dry, {"p", "-n", back}, Reach::wide));
  }
  for (const char* off : {"--dry-run=false", "--dry-run=None", "--dry-run=0"}) {
    CHECK_FALSE(options(dry, {"p", off}, Reach::narrow));
    CHECK(options(dry, {"p", off}, Reach::wide));
  }
  CHECK(options(dry, {"p", "--dry-run=client"}, Reach::narrow));
}

TEST_CASE("values: one is enough widely, every one must fit narrowly") {
  OptionsMatcher dev;
  dev.values.emplace_back("--context", std::vector<WordGlob>{WordGlob("dev"), WordGlob("dev-*")});
  CHECK(options(dev, {"k", "--context", "dev-1"}, Reach::narrow));
  CHECK(options(dev, {"k", "--context=dev"}, Reach::narrow));
  CHECK_FALSE(options(dev, {"k"}, Reach::narrow));
  CHECK_FALSE(options(dev, {"k"}, Reach::wide));
  CHECK_FALSE(options(dev, {"k", "--context"}, Reach::narrow));
  const std::vector<std::string> mixed{"k", "--context=dev", "--context=prod"};
  CHECK(options(dev, mixed, Reach::wide));
  CHECK_FALSE(options(dev, mixed, Reach::narrow));
  CHECK_FALSE(options(dev, {"k", "--context=dev", "--contex=prod"}, Reach::narrow));
}

}  // namespace
}  // namespace policy
