#include "policy/shell_words.h"

#include <doctest/doctest.h>

namespace policy {
namespace {

/// Commands separated by ';', words by '|'; "?" in front of what is unclear.
std::string described(const std::vector<ShellCommand>& commands) {
  std::string text;
  for (const ShellCommand& command : commands) {
    if (!text.empty()) text += ";";
    if (!command.unclear.empty()) text += "?";
    for (std::size_t index = 0; index < command.argv.size(); ++index)
      text += (index == 0 ? "" : "|") + command.argv[index];
  }
  return text;
}

struct Case {
  std::string text, expected;
};

TEST_CASE("simple shell text is taken apart as the shell does it") {
  const Case cases[] = {
      {"git push -f", "git|push|-f"},
      {"a; b && c || d | e & f\ng", "a;b;c;d;e;f;g"},
      {"(a; b) ; { c; }", "a;b;c"},
      {"if a; then b; elif c; then d; else e; fi", "a;b;c;d;e"},
      {"while a; do b; done", "a;b"},
      {"! a", "a"},
      {"s\"u\"do x", "sudo|x;x"},
      {"\\sudo x", "sudo|x;x"},
      {"'su'do 'a b'", "sudo|a b;a b"},
      {"$'\\x73udo' $'a\\tb\\'c' $'\\163'", "sudo|a\tb'c|s;a\tb'c|s"},
      {"echo \"a\\\"b\\$c\\d\"", "echo|a\"b$c\\d"},
      {"A=b C='d e' git push", "git|push"},
      {"A=b", ""},
      {"git push >x 2>&1 <y &>z >>w >|v", "git|push"},
      {"git >x push 2>/dev/null -f", "git|push|-f"},
      {"cat <<EOF\ngit push -f\nEOF\nls", "cat;ls"},
      {"cat <<-'E F'\n\tgit push\n\tE F\nls", "cat;ls"},
      {"cat <<< 'git push -f'", "cat"},
      {"a # git push\nb", "a;b"},
      {"echo a#b", "echo|a#b"},
      {"cd x && git push", "git|push"},
      {"export A=b; set -e; umask 022; id", "id"},
      {"[[ -f x && -d y ]] && a", "a"},
      {"[ -f x ] && a", "[|-f|x|];a"},
      {"git commit -m 'push -f'", "git|commit|-m|push -f"},
      {"a \\\n b", "a|b"},
      {"", ""},
      {"  # nothing", ""},
      {"ls ~ ~/x a~b '~'", "ls|/h|/h/x|a~b|~"},
      {"ls $HOME \"${HOME}/x\" '$HOME'", "ls|/h|/h/x|$HOME"},
      {"echo {} x{}", "echo|{}|x{}"},
      {"rm *.o", "rm|*.o"},
      {"time -p a", "a"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.text);
    CHECK(described(commands_in_text(each.text, "/h")) == each.expected);
  }
}

TEST_CASE("what is known only at run time is called unclear, and what stands inside is still found") {
  const Case cases[] = {
      {"$x push", "?$x|push"},
      {"git push $f", "?git|push|$f"},
      {"git push \"${f}\"", "?git|push|${f}"},
      {"$(git push -f) x", "?$(git push -f)|x;git|push|-f"},
      {"echo `git push -f`", "?echo|`git push -f`;git|push|-f"},
      {"echo \"$(sh -c 'git push')\"", "?echo|$(sh -c 'git push');sh|-c|git push;git|push"},
      {"diff <(git push) x", "?diff||x;git|push"},
      {"g*t push", "?g*t|push"},
      {"git push {-f,x}", "?git|push|{-f,x}"},
      {"echo $((1+1))", "?echo|$((1+1))"},
      {"for x in a b; do rm $x; done", "?rm|$x"},
      {"case x in a) b;; esac", "?"},
      {"f() { a; }", "?"},
      {"function f { a; }", "?"},
      {"echo 'x", "?"},
      {"echo \"x", "?"},
      {"a )", "a;?"},
      {"echo $(a", "?"},
      {". ./x", "?"},
      {"rm ~other/x", "?rm|~other/x"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.text);
    CHECK(described(commands_in_text(each.text, "/h")) == each.expected);
  }
}

TEST_CASE("program text in other languages, and from the input, is named and not followed") {
  for (const char* text : {"python3 -c 'import os'", "python3.11 -Ic x", "perl -ne print x", "node --eval=x",
                           "awk 'BEGIN { system(x) }'", "sed -n '1e id' x", "sed s/a/b/e x", "vim -c '!id'",
                           "make -f - <x", "curl x | sh", "bash -s -- -y", "sh -x"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(commands_in_text(text, "/h").back().untold.empty());
  }
  for (const char* text :
       {"python3 x.py", "python3 -m pytest", "perl x.pl", "node x.js", "awk '{ print $1 }' x", "sed -n 1p x",
        "sed -e s/a/b/g x", "make all", "sh x.sh", "sh -c id", "bash -i", "id"}) {
    CAPTURE(std::string(text));
    CHECK(commands_in_text(text, "/h").front().untold.empty());
  }
  CHECK_FALSE(commands_in_text("xargs git push", "/h").back().untold.empty());
}

TEST_CASE("wrappers are seen through, and stay commands themselves") {
  const Case cases[] = {
      {"timeout 9 git push", "timeout|9|git|push;git|push"},
      {"timeout -k 5 -s KILL 9 git push", "timeout|-k|5|-s|KILL|9|git|push;git|push"},
      {"timeout -k5 --signal=KILL 9 git", "timeout|-k5|--signal=KILL|9|git;git"},
      {"env -u X -i A=b git push", "env|-u|X|-i|A=b|git|push;git|push"},
      {"env -S 'git push -f'", "env|-S|git push -f;git|push|-f"},
      {"/usr/bin/env git", "/usr/bin/env|git;git"},
      {"nice -n 5 git", "nice|-n|5|git;git"},
      {"nice -5 git", "nice|-5|git;git"},
      {"nohup setsid -w git &", "nohup|setsid|-w|git;setsid|-w|git;git"},
      {"xargs -n1 -I{} git push {}", "xargs|-n1|-I{}|git|push|{};git|push|{}"},
      {"sudo -n -u root git", "sudo|-n|-u|root|git;git"},
      {"sh -c 'git push; id'", "sh|-c|git push; id;git|push;id"},
      {"bash -lc 'git push'", "bash|-lc|git push;git|push"},
      {"bash -o pipefail -ec 'a | b' x", "bash|-o|pipefail|-ec|a | b|x;a;b"},
      {"sh x.sh -c 'a'", "sh|x.sh|-c|a"},
      {"command git push", "git|push"},
      {"command -v git", ""},
      {"exec -a x git", "git"},
      {"eval 'git push' -f", "git|push|-f"},
      {"time git push", "git|push"},
      {"/usr/bin/time -f %e git", "/usr/bin/time|-f|%e|git;git"},
      {"setpriv --reuid 5 git push", "setpriv|--reuid|5|git|push;git|push"},
      {"strace --trace exec -fo log git", "strace|--trace|exec|-fo|log|git;git"},
      {"flock -n x.lock git push", "flock|-n|x.lock|git|push;git|push"},
      {"flock x.lock -c 'git push'", "flock|x.lock|-c|git push;git|push"},
      {"script -qc 'git push' /dev/null", "script|-qc|git push|/dev/null;git|push"},
      {"su -c id - root", "su|-c|id|-|root;id"},
      {"su root -c id", "su|root|-c|id;id"},
      {"busybox timeout 9 git", "busybox|timeout|9|git;git"},
      {"busybox sh -c 'git push'", "busybox|sh|-c|git push;git|push"},
      {"find . -name x -exec rm -r {} + -execdir id \\;",
       "find|.|-name|x|-exec|rm|-r|{}|+|-execdir|id|;;rm|-r|{};id"},
      {"watch -n 1 git push", "watch|-n|1|git|push;git|push"},
      {"gatehouse exec --mode x -- git push", "gatehouse|exec|--mode|x|--|git|push;git|push"},
      {"trap 'git push' EXIT", "git|push"},
      {"taskset -c 0 git", "taskset|-c|0|git;git"},
      {"parallel -j2 git push {} ::: a b", "parallel|-j2|git|push|{}|:::|a|b;git|push|{}"},
      {"tar -cf x --checkpoint-action=exec='git push' y",
       "tar|-cf|x|--checkpoint-action=exec=git push|y;git|push"},
      {"/lib64/ld-linux-x86-64.so.2 --argv0 x git push",
       "/lib64/ld-linux-x86-64.so.2|--argv0|x|git|push;git|push"},
      {"GIT_SSH_COMMAND='ssh -v' git fetch", "git|fetch;ssh|-v"},
      {"echo git push", "echo|git|push"},
      {"env", "env"},
      {"sh", "sh"},
      {"timeout", "timeout"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.text);
    CHECK(described(commands_in_text(each.text, "/h")) == each.expected);
  }
}

TEST_CASE("a command knows its directory and who starts it") {
  const auto commands = commands_in_text("cd a && (cd b; x) && timeout 9 y; cd /c; z", "/h");
  REQUIRE(commands.size() == 4);
  CHECK(commands[0].directory == "a/b");
  CHECK_FALSE(commands[0].starter);
  CHECK(commands[1].directory == "a");
  CHECK(commands[2].starter == 1);
  CHECK(commands[3].directory == "/c");
}

TEST_CASE("a command knows what variables its line and its wrappers set") {
  const auto commands = commands_in_text("A=1 env -u X B=2 nice git push; env C=3; git C=3", "/h");
  REQUIRE(commands.size() == 5);
  CHECK(commands[1].argv.front() == "nice");
  CHECK(commands[2].argv.front() == "git");
  CHECK(commands[2].assignments == std::vector<std::string>{"A=1", "B=2"});
  CHECK(commands[3].assignments.empty());
  CHECK(commands[4].assignments.empty());
}

TEST_CASE("words that the shell makes others of are known by their place, also behind a wrapper") {
  const std::vector<ShellCommand> commands = commands_in_text("rm -rf \"$x\" 'a$b' *.o; nice rm $x y", "/h");
  REQUIRE(commands.size() == 3);
  CHECK(commands[0].expanded == std::vector<std::size_t>{2, 4});
  CHECK(commands[1].expanded == std::vector<std::size_t>{2});
  CHECK(commands[2].expanded == std::vector<std::size_t>{1});
}

TEST_CASE("behind a cd to nobody knows where a command is lost") {
  for (const char* text : {"cd \"$d\"; id", "cd -; id", "cd; id", "pushd x; id", "popd && id"})
    CHECK_MESSAGE(commands_in_text(text, "/h").at(0).is_lost, text);
  CHECK_FALSE(commands_in_text("cd x; id", "/h").at(0).is_lost);
}

TEST_CASE("hostile shell text comes to an end within bounds") {
  std::string nested = "id";
  for (int level = 0; level < 40; ++level) nested = "$(" + nested + " $(" + "id)";
  nested.append(40, ')');
  CHECK(commands_in_text(nested, "/h").size() <= 1001);
  (void)commands_in_text(std::string(200'000, '('), "/h");
  (void)commands_in_text(std::string(200'000, '`'), "/h");
  for (const std::string piece : {"\"$(", "\"${a:-", "$(\"", "<(\"$("}) {
    std::string quoted;
    for (int level = 0; level < 30'000; ++level) quoted += piece;
    (void)commands_in_text(quoted, "/h");
  }
  std::string many;
  for (int count = 0; count < 50'000; ++count) many += "id;";
  CHECK(commands_in_text(many, "/h").size() <= 1001);
  std::vector<std::string> deep;
  for (int level = 0; level < 1000; ++level) deep.emplace_back("nohup");
  CHECK(commands_in(deep, "/h").size() <= 20);
  (void)commands_in_text(std::string("a\0b\xff $'\\", 9), "/h");
}

}  // namespace
}  // namespace policy
