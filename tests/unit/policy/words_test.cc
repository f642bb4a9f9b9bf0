#include "policy/words.h"

#include <doctest/doctest.h>

#include "policy/word_matcher.h"

namespace policy {
namespace {

std::string described(const std::vector<std::string>& argv, const Grammar& grammar) {
  const Words words = read_words(argv, 1, grammar);
  std::string text;
  for (const Option& option : words.options) {
    text += std::string(option.name);
    if (option.value) text += "=" + std::string(*option.value);
    if (option.maybe_value || option.maybe_letter) text += "?";
    text += " ";
  }
  text += "|";
  for (const Positional& word : words.positionals)
    text += " " + std::string(word.text) + (word.maybe_value ? "?" : "");
  return text;
}

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

TEST_CASE("options behind a command are the command's") {
  const ProgramTable table;
  const Grammar& git = table.find("git")->grammar;
  CHECK(described({"git", "-C", "x", "commit", "-m", "push -f", "a"}, git) == "-C=x -m=push -f | commit a");
  CHECK(described({"git", "-c", "a=b", "push", "-f", "origin"}, git) == "-c=a=b -f | push origin");
  CHECK(described({"git", "frobnicate", "-x", "y"}, git) == "-x | frobnicate y?");
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
  return match_options(matcher, read_words(argv, 1, grammar), grammar, reach);
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
