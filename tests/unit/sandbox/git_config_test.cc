#include "sandbox/guard/git_config.h"

#include <doctest/doctest.h>

#include <random>

#include "sandbox/guard/git_keys.h"

using sandbox::ConfigEdit;
using sandbox::ConfigEntry;
using sandbox::edited;
using sandbox::read_git_config;

namespace {

std::string names_and_values(const std::string& text) {
  std::string shown;
  for (const ConfigEntry& entry : read_git_config(text).entries)
    shown += entry.name + (entry.value ? "=" + *entry.value : "") + "|";
  return shown;
}

std::string without_dangerous(const std::string& text) {
  std::vector<ConfigEdit> edits;
  for (const ConfigEntry& entry : read_git_config(text).entries)
    if (danger_of(entry)) edits.push_back({entry, std::nullopt});
  return edited(text, edits);
}

bool is_dangerous(const std::string& text) {
  for (const ConfigEntry& entry : read_git_config(text).entries)
    if (danger_of(entry)) return true;
  return false;
}

}  // namespace

TEST_CASE("names are compared as git compares them") {
  CHECK(names_and_values("[CORE]\n\tHooksPath = x\n") == "core.hookspath=x|");
  CHECK(names_and_values("[Filter \"LFS\"] Clean=a b\n") == "filter.LFS.clean=a b|");
  CHECK(names_and_values("[Filter.LFS]\nclean=x") == "filter.lfs.clean=x|");
  CHECK(names_and_values("[a \"b\\\"c\\\\d.e\"]\nk=v") == "a.b\"c\\d.e.k=v|");
  CHECK(names_and_values("[core]fsmonitor\n[core]\teditor=e\n") == "core.fsmonitor|core.editor=e|");
  CHECK(names_and_values("\xef\xbb\xbf[a]\nb=c") == "a.b=c|");
}

TEST_CASE("values are unquoted as git unquotes them") {
  CHECK(names_and_values("[a]\nb =   x  y   ; comment\n") == "a.b=x  y|");
  CHECK(names_and_values("[a]\nb = \"  x # \" # comment\n") == "a.b=  x # |");
  CHECK(names_and_values("[a]\nb = x\\\n  y\\\n z\n c=1\n") == "a.b=x  y z|a.c=1|");
  CHECK(names_and_values("[a]\nb = \"x\\\ny\"\n") == "a.b=xy|");
  CHECK(names_and_values("[a]\nb = x\\n\\t\\b\\\\\\\"\n") == "a.b=x\n\t\b\\\"|");
  CHECK(names_and_values("[a]\r\nb = x\r\nc = y\r\n") == "a.b=x|a.c=y|");
  CHECK(names_and_values("[a]\nb = x\\") == "a.b=x|");
  CHECK(names_and_values("[a]\nb =\nc") == "a.b=|a.c|");
  CHECK(names_and_values("; [core] editor=x\n# [core]\n") == "");
}

TEST_CASE("a NUL does not hide a name or the end of a value") {
  const std::string text("[core \"hookspath\0z\"]\nx = evil\0more\n", 35);
  CHECK(names_and_values(text) == "core.hookspath=evil|");
  CHECK(is_dangerous(text));
}

TEST_CASE("where git would stop reading, what follows is still seen") {
  const auto config = read_git_config("[a]\n= 1\n[core\n[core]\nb = \"open\nhooksPath = x\n");
  CHECK(config.bad_lines == std::vector<std::size_t>{2, 3, 5});
  REQUIRE(!config.entries.empty());
  CHECK(config.entries.back().name == "core.hookspath");
}

TEST_CASE("an entry is taken out and no other byte changes") {
  CHECK(without_dangerous("# top\n[core]\n\tbare = false\n\thooksPath = x ; why\n\n[user]\n name=n\n") ==
        "# top\n[core]\n\tbare = false\n\n[user]\n name=n\n");
  CHECK(without_dangerous("[core] hooksPath = x\n\tbare=1\n") == "[core] \n\tbare=1\n");
  CHECK(without_dangerous("[core]\r\n\thooksPath = x\r\n\tbare=1\r\n") == "[core]\r\n\tbare=1\r\n");
  CHECK(without_dangerous("[core]\n\teditor = a\\\n  b \\\n c\n\tbare=1") == "[core]\n\tbare=1");
  CHECK(without_dangerous("[a]\n[core]\n\teditor = a") == "[a]\n[core]\n");
  CHECK(without_dangerous("[alias]\n\tst = status -s\n\tx = !evil\n\tlg = log --oneline\n") ==
        "[alias]\n\tst = status -s\n\tlg = log --oneline\n");
}

TEST_CASE("an entry gives way to the bytes of another") {
  const std::string before = "[core]\n\tEditor=vi # mine\n\tbare=1\n";
  const std::string after = "[core]\n\teditor = \"evil\"\n\tbare=1\n";
  const ConfigEntry old = read_git_config(before).entries.front();
  const ConfigEntry now = read_git_config(after).entries.front();
  CHECK(edited(after, {{now, old.raw}}) == before);
}

TEST_CASE("keys that start a program or lead elsewhere are known in every spelling") {
  for (const char* text : {"[core]\nhookspath=x",
                           "[core]\nFSMONITOR=/x",
                           "[core]\nsshCommand=x",
                           "[alias]\na=!x",
                           "[alias]\na=-c core.pager=x log",
                           "[alias]\na=rebase --exec x",
                           "[alias]\na=log --output=/x",
                           "[alias]\na=log \"--outp\"ut=/x",
                           "[filter \"a\"]\nprocess=x",
                           "[diff]\nexternal=x",
                           "[diff \"a\"]\ntextconv=x",
                           "[merge \"a\"]\ndriver=x",
                           "[credential]\nhelper=x",
                           "[credential \"https://a\"]\nhelper=x",
                           "[include]\npath=x",
                           "[includeIf \"gitdir:/\"]\npath=x",
                           "[url \"a\"]\ninsteadOf=b",
                           "[gpg]\nprogram=x",
                           "[gpg \"ssh\"]\nprogram=x",
                           "[protocol \"ext\"]\nallow=always",
                           "[protocol]\nallow=always",
                           "[remote \"a\"]\nuploadpack=x",
                           "[remote \"a\"]\nurl=ext::sh -c x",
                           "[sequence]\neditor=x",
                           "[pager]\nlog=x",
                           "[pager \"log\"]\nx=y",
                           "[difftool \"a\"]\ncmd=x",
                           "[submodule \"a\"]\nupdate=!x",
                           "[core]\nworktree=/",
                           "[interactive]\ndiffFilter=x",
                           "[hook \"a\"]\ncommand=x",
                           "[tar \"x\"]\ncommand=y",
                           "[http]\nproxy=x",
                           "[http \"https://a\"]\nsslVerify=false",
                           "[fetch \"fsck\"]\nskipList=x",
                           "[fsck]\nskipList=x",
                           "[init]\ntemplateDir=x"}) {
    CAPTURE(text);
    CHECK(is_dangerous(text));
  }
}

TEST_CASE("what git itself writes is left alone") {
  for (const char* text :
       {"[core]\nrepositoryformatversion=0\nfilemode=true\nbare=false\nlogallrefupdates=true\nignorecase="
        "true",
        "[remote \"origin\"]\nurl=https://host.example/x\nfetch=+refs/heads/*:refs/remotes/origin/*",
        "[branch \"main\"]\nremote=origin\nmerge=refs/heads/main\nrebase=true",
        "[submodule \"a\"]\nurl=../b\nactive=true", "[submodule \"a\"]\nupdate=rebase",
        "[extensions]\nworktreeConfig=true\nobjectformat=sha1", "[user]\nname=n\nemail=e",
        "[core]\nfsmonitor=true", "[core]\nfsmonitor", "[pager]\nlog=false",
        "[alias]\nco=checkout\nlg=log --oneline --graph", "[push]\ndefault=simple",
        "[lfs]\nrepositoryformatversion=0", "[lfs \"https://a/b\"]\naccess=basic", "[gc]\nauto=0"}) {
    CAPTURE(text);
    CHECK(!is_dangerous(text));
  }
}

TEST_CASE("any bytes are read, and what is taken out of them is gone") {
  const std::vector<std::string> words{
      "[",        "]",           "core", "\"", "\\",           "\n",           "\r\n",     "=",
      " ",        "hooksPath",   "#",    ";",  "alias",        "!x",           "[core]",   "\t",
      ".",        "a",           "\r",   "-",  "\xef\xbb\xbf", "[diff \"x\"]", "textconv", "\\\n",
      "[core]\n", "editor = x\n"};
  std::mt19937 random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (int i = static_cast<int>(random() % 24); i > 0; --i)
      text += random() % 8 == 0 ? std::string(1, static_cast<char>(random() % 256))
                                : words[random() % words.size()];
    std::string left = text;
    for (int i = 0; i < 4 && is_dangerous(left); ++i) left = without_dangerous(left);
    CAPTURE(text);
    CHECK(!is_dangerous(left));
    for (const ConfigEntry& entry : read_git_config(text).entries)
      REQUIRE(entry.raw == text.substr(entry.begin, entry.end - entry.begin));
  }
}
