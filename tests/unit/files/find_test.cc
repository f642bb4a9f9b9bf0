#include "shelltool/files/find.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shelltool/files/file_error.h"
#include "tests/unit/files/searches.h"

namespace shelltool::files {
namespace {

using tests::allow_all;
using tests::paths_of;
using Paths = std::vector<std::string>;

FindResult find_in(const tests::TemporaryDirectory& directory, const std::string& pattern = "",
                   FindRequest request = {}) {
  request.path = directory.path();
  request.pattern = pattern;
  return find(request, allow_all);
}

void write_all(const tests::TemporaryDirectory& directory, const Paths& names) {
  for (const std::string& name : names) directory.write(name, "x\n");
}

bool has(const std::vector<std::string>& sentences, const std::string& words) {
  return std::any_of(sentences.begin(), sentences.end(),
                     [&](const std::string& sentence) { return sentence.find(words) != std::string::npos; });
}

TEST_CASE("find lists files in the order of git's index, hidden ones too") {
  const tests::TemporaryDirectory directory;
  write_all(directory, {"b", "a/x", "a-b", "a.c", ".github/w.yml", "a/.env"});
  CHECK(paths_of(find_in(directory)) == Paths{".github/w.yml", "a-b", "a.c", "a/.env", "a/x", "b"});
}

TEST_CASE("a glob without a slash is about names, any other about paths") {
  const tests::TemporaryDirectory directory;
  write_all(directory, {"a.c", "src/a.c", "src/deep/a.c", "src/a.h", "x.py"});
  CHECK(paths_of(find_in(directory, "*.c")) == Paths{"a.c", "src/a.c", "src/deep/a.c"});
  CHECK(paths_of(find_in(directory, "src/*.c")) == Paths{"src/a.c"});
  CHECK(paths_of(find_in(directory, "src/**/*.c")) == Paths{"src/a.c", "src/deep/a.c"});
  CHECK(paths_of(find_in(directory, "**/deep/*")) == Paths{"src/deep/a.c"});
  CHECK(paths_of(find_in(directory, "./*.c")) == Paths{"a.c"});
  CHECK(paths_of(find_in(directory, "{*.h,*.{py,rs}}")) == Paths{"src/a.h", "x.py"});
  CHECK(find_in(directory, "deep/").directories == 1);
}

TEST_CASE("a bad glob is refused with its cause") {
  const tests::TemporaryDirectory directory;
  for (const char* pattern : {"[a", "{a,b", "!*.c"}) CHECK_THROWS_AS(find_in(directory, pattern), FileError);
  const std::string nested = std::string(20'000, '{') + std::string(20'000, '}');
  CHECK_THROWS_AS(find_in(directory, nested), FileError);
}

TEST_CASE("what git ignores is passed over, counted, and named with the pattern that ignores most") {
  const tests::TemporaryDirectory directory;
  directory.make_directory(".git");
  write_all(directory, {"a.c", "a.o", "b.o", "out/x.c", "sub/keep.o", "sub/y.c"});
  directory.write(".gitignore", "*.o\n/out/\n");
  directory.write("sub/.gitignore", "!keep.o\ny.c\n");
  const FindResult found = find_in(directory);
  CHECK(paths_of(found) == Paths{".gitignore", "a.c", "sub/.gitignore", "sub/keep.o"});
  CHECK(found.losses.ignored_files == 3);
  CHECK(found.losses.ignored_directories == 1);
  CHECK(found.losses.ignored_examples == Paths{"out"});
  CHECK(found.losses.ignored_by.front().what == directory / ".gitignore:1: *.o");
}

TEST_CASE(".gitignore counts in repositories only, .ignore everywhere and first") {
  const tests::TemporaryDirectory directory;
  write_all(directory, {"a", "b"});
  directory.write(".gitignore", "a\n");
  CHECK(paths_of(find_in(directory)) == Paths{".gitignore", "a", "b"});
  directory.make_directory(".git");
  CHECK(paths_of(find_in(directory)) == Paths{".gitignore", "b"});
  directory.write(".ignore", "!a\nb\n");
  CHECK(paths_of(find_in(directory)) == Paths{".gitignore", ".ignore", "a"});
}

TEST_CASE(
    "a directory below heeds what those above it ignore, and one that is ignored is looked into when it is "
    "named") {
  const tests::TemporaryDirectory directory;
  directory.make_directory(".git/info");
  directory.write(".git/info/exclude", "*.log\n");
  directory.write(".gitignore", "/sub/no\n/out/\n");
  write_all(directory, {"sub/no", "sub/yes", "sub/x.log", "out/y"});
  FindRequest request;
  request.path = directory / "sub";
  CHECK(paths_of(find(request, allow_all)) == Paths{"yes"});
  request.path = directory / "out";
  CHECK(paths_of(find(request, allow_all)) == Paths{"y"});
}

TEST_CASE("a repository in a repository has its own patterns only") {
  const tests::TemporaryDirectory directory;
  directory.make_directory(".git");
  directory.make_directory("inner/.git");
  directory.write(".gitignore", "*.o\n");
  write_all(directory, {"a.o", "inner/b.o"});
  CHECK(paths_of(find_in(directory)) == Paths{".gitignore", "inner/b.o"});
}

TEST_CASE("links are listed and not followed, and a FIFO for patterns stops nobody") {
  const tests::TemporaryDirectory directory;
  directory.write("real/file", "x");
  directory.make_directory(".git");
  REQUIRE(::symlink("/etc", (directory / "etc").c_str()) == 0);
  REQUIRE(::symlink("..", (directory / "real/up").c_str()) == 0);
  REQUIRE(::mkfifo((directory / ".gitignore").c_str(), 0600) == 0);
  CHECK(paths_of(find_in(directory)) == Paths{".gitignore", "etc", "real/file", "real/up"});
  FindRequest links;
  links.kind = FindRequest::Kind::link;
  links.format = FindRequest::Format::details;
  const FindResult found = find_in(directory, "", links);
  REQUIRE(found.entries.size() == 2);
  CHECK(found.entries[0].target == "/etc");
}

TEST_CASE("names of any bytes are found as they are") {
  const tests::TemporaryDirectory directory;
  const std::string latin = "caf\xE9", lines = "two\nlines";
  write_all(directory, {latin, lines});
  CHECK(paths_of(find_in(directory)) == Paths{latin, lines});
  CHECK(paths_of(find_in(directory, "caf?")) == Paths{latin});
}

TEST_CASE("pages and a depth take their part of the whole, which is told") {
  const tests::TemporaryDirectory directory;
  write_all(directory, {"a", "b", "c", "d/e", "d/f/g"});
  FindRequest request;
  request.limit = 2;
  request.offset = 1;
  const FindResult page = find_in(directory, "", request);
  CHECK(paths_of(page) == Paths{"b", "c"});
  CHECK(page.entries[0].number == 1);
  CHECK(page.files == 5);
  FindRequest shallow;
  shallow.depth = 1;
  shallow.kind = FindRequest::Kind::any;
  const FindResult top = find_in(directory, "", shallow);
  CHECK(paths_of(top) == Paths{"a", "b", "c", "d"});
  CHECK(top.losses.below_depth == 1);
}

TEST_CASE(
    "what rules hide is left out and counted by rule, and a directory that they hide is not looked into") {
  const tests::TemporaryDirectory directory;
  write_all(directory, {"a", "b/.env", "c/.env"});
  FindRequest request;
  request.path = directory.path();
  const FindResult found = find(request, tests::secrets(".env"));
  CHECK(paths_of(found) == Paths{"a"});
  REQUIRE(found.hidden.size() == 1);
  CHECK(found.hidden[0].what == "secrets");
  CHECK(found.hidden[0].count == 2);
  CHECK(found.files == 1);
  request.pattern = "**/.env";
  const FindResult none = find(request, tests::secrets(".env"));
  CHECK(none.files == 0);
  CHECK(none.explanation.empty());
  request.pattern.clear();
  request.path = directory / "b";
  CHECK_THROWS_WITH_AS(find(request, tests::secrets("/b")), "denied: a secret", FileError);
}

TEST_CASE("where nothing is found it is told what would have been") {
  const tests::TemporaryDirectory directory;
  directory.make_directory(".git");
  directory.write(".gitignore", "/out\n");
  write_all(directory, {"README.md", "src/deep/main.c", "out/gen.c"});
  CHECK(has(find_in(directory, "readme.md").explanation, "in the other case: README.md"));
  CHECK(has(find_in(directory, "gen.c").explanation, "are ignored"));
  CHECK(has(find_in(directory, "deep").explanation, "of another kind: src/deep"));
  FindRequest shallow;
  shallow.depth = 1;
  CHECK(has(find_in(directory, "main.c", shallow).explanation, "deeper than 'depth': src/deep/main.c"));
  CHECK(has(find_in(directory, "deep/*.c").explanation, "at any depth"));
  const tests::TemporaryDirectory empty;
  CHECK(has(find_in(empty, "x").explanation, "the directory is empty"));
}

TEST_CASE("what is no directory is refused, and what is not there with what is near") {
  const tests::TemporaryDirectory directory;
  directory.write("source", "x");
  FindRequest request;
  request.path = directory / "source";
  CHECK_THROWS_AS(find(request, allow_all), FileError);
  request.path = directory / "sorce";
  CHECK_THROWS_WITH_AS(find(request, allow_all), doctest::Contains("source"), FileError);
  request.path = "/proc/self/fd/0";
  CHECK_THROWS_AS(find(request, allow_all), FileError);
}

TEST_CASE("a walk whose time is over tells where it stood") {
  const tests::TemporaryDirectory directory;
  write_all(directory, {"a", "d/e"});
  FindRequest request;
  request.time_ms = 0;
  const FindResult found = find_in(directory, "", request);
  CHECK(found.losses.stopped_at == "d");
  CHECK(paths_of(found) == Paths{"a"});
}

std::string drawn(const FindResult& found) {
  std::string text;
  for (const TreeLine& line : found.tree)
    text += std::string(line.depth, ' ') + line.name +
            (line.is_folded ? "+" + std::to_string(line.files) : "") + "\n";
  return text;
}

TEST_CASE("a tree unfolds level by level what has room, and counts the rest") {
  const tests::TemporaryDirectory directory;
  write_all(directory,
            {"top", "one/two/three/a", "one/two/three/b", "wide/1", "wide/2", "wide/3", "wide/4", "wide/5"});
  FindRequest request;
  request.format = FindRequest::Format::tree;
  request.kind = FindRequest::Kind::any;
  request.limit = 5;
  CHECK(drawn(find_in(directory, "", request)) == "one/two/three/\n a\n b\ntop\nwide/+5\n");
  request.limit = 20;
  CHECK(drawn(find_in(directory, "", request)) == "one/two/three/\n a\n b\ntop\nwide/\n 1\n 2\n 3\n 4\n 5\n");
  request.limit = 2;
  const FindResult cut = find_in(directory, "", request);
  CHECK(drawn(cut) == "one/two/three/+2\ntop\n");
  CHECK(cut.tree_next == 2);
  request.offset = 2;
  CHECK(drawn(find_in(directory, "", request)) == "wide/+5\n");
}

TEST_CASE("a tree of a pattern has only the directories that lead to what matches") {
  const tests::TemporaryDirectory directory;
  write_all(directory, {"a/x.c", "a/y.h", "b/z.h"});
  FindRequest request;
  request.format = FindRequest::Format::tree;
  CHECK(drawn(find_in(directory, "*.c", request)) == "a/\n x.c\n");
}

}  // namespace
}  // namespace shelltool::files
