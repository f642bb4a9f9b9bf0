#include "shelltool/files/grep.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "shelltool/files/file_error.h"
#include "shelltool/files/grep_hits.h"
#include "shelltool/files/ripgrep.h"
#include "tests/unit/files/searches.h"

namespace shelltool::files {
namespace {

using tests::allow_all;
using tests::lines_of;
using Lines = std::vector<std::string>;

GrepResult grep_in(const tests::TemporaryDirectory& directory, const std::string& pattern,
                   GrepRequest request = {}) {
  if (request.path.empty()) request.path = directory.path();
  request.pattern = pattern;
  return grep(request, allow_all);
}

std::string refusal(const tests::TemporaryDirectory& directory, const std::string& pattern,
                    GrepRequest request = {}) {
  try {
    grep_in(directory, pattern, request);
  } catch (const FileError& error) {
    return error.what();
  }
  return "none";
}

bool has(const std::vector<std::string>& sentences, const std::string& words) {
  return std::any_of(sentences.begin(), sentences.end(),
                     [&](const std::string& sentence) { return sentence.find(words) != std::string::npos; });
}

/// Without ripgrep the tool is not offered, and there is nothing to promise.
bool is_there() {
  if (ripgrep_path()) return true;
  MESSAGE("SKIP: ripgrep is not installed");
  return false;
}

TEST_CASE("grep tells lines by path, with those around them, and totals") {
  if (!is_there()) return;
  const tests::TemporaryDirectory directory;
  directory.write("b.c", "one\ntwo\nthree\n");
  directory.write("a/x.c", "zero\none\n");
  GrepRequest request;
  CHECK(lines_of(grep_in(directory, "one")) == Lines{"a/x.c:2:one", "b.c:1:one"});
  request.after = 1;
  CHECK(lines_of(grep_in(directory, "one", request)) == Lines{"a/x.c:2:one", "b.c:1:one", "b.c-2-two"});
  const GrepResult found = grep_in(directory, "o");
  CHECK(found.matches == 4);
  CHECK(found.files == 2);
}

TEST_CASE("pages of matches follow each other without a gap") {
  if (!is_there()) return;
  const tests::TemporaryDirectory directory;
  for (const char* name : {"a", "b", "c"}) directory.write(name, "x1\ny\nx2\ny\nx3\n");
  Lines all;
  GrepRequest request;
  request.limit = 2;
  for (request.offset = 0; request.offset < 9; request.offset += 2)
    for (const std::string& line : lines_of(grep_in(directory, "x", request))) all.push_back(line);
  request.limit = 100;
  request.offset = 0;
  CHECK(all == lines_of(grep_in(directory, "x", request)));
  CHECK(all.size() == 9);
  request.offset = 4;
  request.limit = 1;
  request.before = request.after = 1;
  CHECK(lines_of(grep_in(directory, "x", request)) == Lines{"b-2-y", "b:3:x2", "b-4-y"});
}

TEST_CASE("names and counts of files have pages, too") {
  if (!is_there()) return;
  const tests::TemporaryDirectory directory;
  directory.write("a", "x\nx\n");
  directory.write("b", "x\n");
  directory.write("c", "y\n");
  GrepRequest request;
  request.mode = GrepRequest::Mode::count;
  GrepResult found = grep_in(directory, "x", request);
  REQUIRE(found.shown.size() == 2);
  CHECK(found.shown[0].matches == 2);
  CHECK(found.matches == 3);
  request.mode = GrepRequest::Mode::files;
  request.offset = 1;
  found = grep_in(directory, "x", request);
  CHECK(found.files == 2);
  REQUIRE(found.shown.size() == 1);
  CHECK(found.shown[0].path == "b");
}

TEST_CASE("case, plain text, types, globs and several lines") {
  if (!is_there()) return;
  const tests::TemporaryDirectory directory;
  directory.write("a.c", "Foo(\n-bar\n");
  directory.write("sub/b.py", "foo(\n");
  GrepRequest request;
  request.is_fixed = true;
  CHECK(lines_of(grep_in(directory, "foo(", request)) == Lines{"sub/b.py:1:foo("});
  request.letters = GrepRequest::Case::insensitive;
  CHECK(lines_of(grep_in(directory, "foo(", request)) == Lines{"a.c:1:Foo(", "sub/b.py:1:foo("});
  request.type = "py";
  CHECK(lines_of(grep_in(directory, "foo(", request)) == Lines{"sub/b.py:1:foo("});
  request = {};
  request.globs = {"sub/*"};
  CHECK(lines_of(grep_in(directory, "oo", request)) == Lines{"sub/b.py:1:foo("});
  request.globs = {"!" + directory.path() + "/sub/**"};
  CHECK(lines_of(grep_in(directory, "oo", request)) == Lines{"a.c:1:Foo("});
  request = {};
  request.is_multiline = true;
  CHECK(lines_of(grep_in(directory, "Foo.*bar", request)) == Lines{"a.c:1:Foo(", "a.c:2:-bar"});
}

TEST_CASE("patterns, globs and types that look like options are none") {
  if (!is_there()) return;
  const tests::TemporaryDirectory directory;
  directory.write("=x", "a=b\n--\n-e\n");
  directory.write("-y", "a==b\n");
  CHECK(lines_of(grep_in(directory, "=")) == Lines{"-y:1:a==b", "=x:1:a=b"});
  CHECK(lines_of(grep_in(directory, "--")) == Lines{"=x:2:--"});
  CHECK(lines_of(grep_in(directory, "-e")) == Lines{"=x:3:-e"});
  GrepRequest request;
  request.globs = {"-y"};
  CHECK(lines_of(grep_in(directory, "=", request)) == Lines{"-y:1:a==b"});
  request.globs = {"=x"};
  CHECK(lines_of(grep_in(directory, "=", request)) == Lines{"=x:1:a=b"});
  request = {};
  request.type = "--files";
  CHECK(refusal(directory, "x", request).find("there is no type") != std::string::npos);
}

TEST_CASE("a file that is named is searched whatever ignores it, a directory heeds it") {
  if (!is_there()) return;
  const tests::TemporaryDirectory directory;
  directory.make_directory(".git");
  directory.write(".gitignore", "*.log\n");
  directory.write("x.log", "word\n");
  directory.write(".git/config", "word\n");
  directory.write(".hidden/y", "word\n");
  CHECK(lines_of(grep_in(directory, "word")) == Lines{".hidden/y:1:word"});
  GrepRequest request;
  request.path = directory / "x.log";
  CHECK(lines_of(grep_in(directory, "word", request)) == Lines{"x.log:1:word"});
}

TEST_CASE("a long line is cut, and a binary file is named without its bytes") {
  if (!is_there()) return;
  const tests::TemporaryDirectory directory;
  directory.write("long", std::string(100'000, 'x') + "needle\n");
  const GrepResult found = grep_in(directory, "needle");
  REQUIRE(found.shown.size() == 1);
  CHECK(found.shown[0].lines[0].text.size() < 600);
  directory.write("bin", "needle\n" + std::string(1, '\0') + "needle\n");
  GrepRequest request;
  request.path = directory / "bin";
  const GrepResult binary = grep_in(directory, "needle", request);
  REQUIRE(binary.shown.size() == 1);
  CHECK(binary.shown[0].is_binary);
  CHECK(binary.shown[0].lines.empty());
}

TEST_CASE("what cannot be searched for is refused in a sentence with the next step") {
  if (!is_there()) return;
  const tests::TemporaryDirectory directory;
  directory.write("a", "x");
  CHECK(refusal(directory, "foo(") ==
        "the pattern 'foo(' is no regular expression: unclosed group; say fixed: true to search for it as "
        "plain text");
  CHECK(refusal(directory, "a\nb").find("multiline: true") != std::string::npos);
  GrepRequest request;
  request.type = "jva";
  CHECK(refusal(directory, "x", request) ==
        "there is no type 'jva', did you mean java?; 'glob' takes any name");
  request = {};
  request.globs = {"[a"};
  CHECK(refusal(directory, "x", request).find("glob '[a'") != std::string::npos);
  request = {};
  request.path = "/dev/null";
  CHECK(refusal(directory, "x", request).find("a device") != std::string::npos);
}

TEST_CASE("matches in files that rules hide are left out, counted by rule, and in no total") {
  if (!is_there()) return;
  const tests::TemporaryDirectory directory;
  directory.write(".env", "KEY=1\nKEY=2\n");
  directory.write("a", "KEY\n");
  GrepRequest request;
  request.path = directory.path();
  request.pattern = "KEY";
  const GrepResult found = grep(request, tests::secrets(".env"));
  CHECK(lines_of(found) == Lines{"a:1:KEY"});
  CHECK(found.matches == 1);
  REQUIRE(found.hidden.size() == 1);
  CHECK(found.hidden[0].count == 1);
  request.path = directory / ".env";
  CHECK_THROWS_WITH_AS(grep(request, tests::secrets(".env")), "denied: a secret", FileError);
}

TEST_CASE("where nothing matches it is told what would have") {
  if (!is_there()) return;
  const tests::TemporaryDirectory directory;
  directory.make_directory(".git");
  directory.write(".gitignore", "out\n");
  directory.write("a.c", "Word a.b(c)\n");
  directory.write("out/x", "ignored\n");
  directory.write("bin", "b\n" + std::string(1, '\0') + "binary\n");
  CHECK(has(grep_in(directory, "word").explanation, "1 file matches with case: insensitive: a.c"));
  CHECK(has(grep_in(directory, "a.b(c)").explanation, "as plain text, with fixed: true: a.c"));
  CHECK(has(grep_in(directory, "ignored").explanation, "in what is ignored"));
  CHECK(has(grep_in(directory, "binary").explanation, "as binary data"));
  CHECK(has(grep_in(directory, "nowhere").explanation, "3 files were searched"));
  GrepRequest request;
  request.globs = {"*.rs"};
  CHECK(has(grep_in(directory, "Word", request).explanation, "leave out all 3"));
  request.globs = {"bin"};
  CHECK(
      has(grep_in(directory, "Word", request).explanation, "1 file matches without 'glob' and 'type': a.c"));
  directory.write(".gitignore", "/*\n");
  CHECK(has(grep_in(directory, "Word").explanation,
            "all is ignored, most by " + directory.path() + "/.gitignore:1: /*"));
}

TEST_CASE("no explanation tells of what rules hide") {
  if (!is_there()) return;
  const tests::TemporaryDirectory directory;
  directory.write("a", "x\n");
  directory.write(".env", "KEY=1\n");
  GrepRequest request;
  request.path = directory.path();
  request.pattern = "key";
  const GrepResult found = grep(request, tests::secrets(".env"));
  CHECK(found.explanation == Lines{"2 files were searched"});
}

TEST_CASE("a search whose time is over tells so") {
  if (!is_there()) return;
  const tests::TemporaryDirectory directory;
  directory.write("a", "x\n");
  GrepRequest request;
  request.time_ms = 0;
  CHECK_FALSE(grep_in(directory, "x", request).is_complete);
}

TEST_CASE("output in any pieces, with any bytes in names, is the same") {
  const std::string name = "./two\nlines:1-\xFF";
  std::string output;
  for (const char* line : {"1:a", "2-b", "7:c:d"}) output += name + std::string(1, '\0') + line + "\n";
  output +=
      "--\n./b: WARNING: stopped searching binary file after match (found \"\\0\" byte around offset 9)\n";
  output += "./c" + std::string(1, '\0') + "3:last";
  GrepRequest request;
  request.after = 1;
  const Judge judge = allow_all;
  for (std::size_t size = 1; size < output.size(); ++size) {
    GrepHits hits(request, "/", "", judge);
    for (std::size_t at = 0; at < output.size(); at += size)
      hits.take(std::string_view(output).substr(at, size));
    GrepResult result;
    hits.finish(result);
    const std::string path = name.substr(2);
    CHECK(lines_of(result) == Lines{"c:3:last", path + ":1:a", path + "-2-b", path + ":7:c:d"});
    CHECK(result.shown.size() == 3);
  }
}

}  // namespace
}  // namespace shelltool::files
