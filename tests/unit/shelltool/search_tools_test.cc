#include <doctest/doctest.h>

#include "mcp/arguments.h"
#include "shelltool/tools/find_request.h"
#include "shelltool/tools/find_result.h"
#include "shelltool/tools/grep_request.h"
#include "shelltool/tools/grep_result.h"
#include "shelltool/tools/search_arguments.h"

namespace shelltool {
namespace {

using files::FindRequest;
using files::FindResult;
using files::GrepRequest;
using files::GrepResult;
using mcp::Json;

FindRequest find_of(const Json& arguments) {
  return read_find_request(mcp::read_arguments(find_parameters(), arguments), arguments.value("path", "/ws"));
}

GrepRequest grep_of(const Json& arguments) {
  return read_grep_request(mcp::read_arguments(grep_parameters(), arguments), "/ws");
}

std::string first_line_of(const mcp::ToolResult& result) {
  return result.text.substr(0, result.text.find('\n'));
}

TEST_CASE("find takes other tools' names, and looks for files with a pattern, for all in lists and trees") {
  CHECK(find_of({{"glob_pattern", "*.c"}}).pattern == "*.c");
  CHECK(find_of({{"pattern", "*.c"}}).kind == FindRequest::Kind::file);
  CHECK(find_of({{"pattern", "*.c"}, {"format", "tree"}}).kind == FindRequest::Kind::file);
  CHECK(find_of({{"format", "tree"}}).kind == FindRequest::Kind::any);
  CHECK(find_of({{"depth", 1}}).kind == FindRequest::Kind::any);
  CHECK(find_of({{"kind", "directory"}}).kind == FindRequest::Kind::directory);
  CHECK(find_of({{"cursor", 400}}).offset == 400);
  CHECK(find_of({{"limit", "7"}}).limit == 7);
  for (const Json& wrong :
       {Json{{"limit", 0}}, Json{{"depth", -1}}, Json{{"cursor", "x"}}, Json{{"kind", "pipe"}}})
    CHECK_THROWS_AS(find_of(wrong), mcp::ArgumentError);
}

TEST_CASE("an absolute pattern says where to look") {
  const FindRequest request = find_of({{"pattern", "/usr/include/**/*.h"}});
  CHECK(request.path == "/usr/include");
  CHECK(request.pattern == "/**/*.h");
  CHECK(find_of({{"pattern", "/*.h"}}).path == "/");
  CHECK(find_of({{"pattern", "/ws/src/*.h"}, {"path", "/ws"}}).pattern == "/src/*.h");
}

TEST_CASE("grep takes what other tools call their parameters") {
  const GrepRequest request = grep_of({{"pattern", "x"},
                                       {"output_mode", "files_with_matches"},
                                       {"-i", true},
                                       {"-n", true},
                                       {"-A", 2},
                                       {"-B", 1},
                                       {"head_limit", 5},
                                       {"include", "*.c"}});
  CHECK(request.mode == GrepRequest::Mode::files);
  CHECK(request.letters == GrepRequest::Case::insensitive);
  CHECK(request.before == 1);
  CHECK(request.after == 2);
  CHECK(request.limit == 5);
  CHECK(request.globs == std::vector<std::string>{"*.c"});
  CHECK(grep_of({{"pattern", "x"}, {"-C", 3}}).after == 3);
  CHECK(grep_of({{"pattern", "x"}, {"head_limit", 0}}).limit == 10'000);
  CHECK(grep_of({{"pattern", "x"}, {"glob", "[\"*.c\",\"*.h\"]"}}).globs.size() == 2);
  CHECK(grep_of({{"pattern", "x"}, {"glob", "[ab].c"}}).globs == std::vector<std::string>{"[ab].c"});
  for (const Json& wrong :
       {Json{{"pattern", ""}}, Json{{"pattern", "x"}, {"mode", "lines"}},
        Json{{"pattern", "x"}, {"context", -1}}, Json{{"pattern", std::string("a\0b", 3)}}})
    CHECK_THROWS_AS(grep_of(wrong), mcp::ArgumentError);
}

TEST_CASE("silent parameters stand in no schema") {
  const Json schema = mcp::schema_of(grep_parameters());
  CHECK(schema["properties"].contains("context"));
  CHECK_FALSE(schema["properties"].contains("-A"));
}

TEST_CASE("the first line of a list tells how much there is and the call that goes on") {
  FindRequest request;
  request.pattern = "*.c";
  request.limit = 2;
  FindResult found;
  found.root = "/ws/src";
  found.files = 5;
  found.entries = {{0, "a.c", files::EntryKind::file, 0, 0, {}},
                   {1, "new\nline", files::EntryKind::file, 0, 0, {}}};
  found.losses.ignored_files = 1;
  found.losses.ignored_directories = 1;
  found.losses.ignored_examples = {"out"};
  found.losses.ignored_by = {{"/ws/.gitignore:1: *.o", 1}};
  found.hidden = {{"secrets", 2}};
  CHECK(find_result(request, found, "src/").text ==
        "5 files matching '*.c' in src; 1 to 2 here; next: the same with cursor: \"2\"\n"
        "left out: ignored: 1 file, 1 directory (out/); most by /ws/.gitignore:1: *.o; hidden by rule "
        "secrets: 2\n"
        "src/a.c\nsrc/new\\nline");
}

TEST_CASE("what has no room in a result is on the next page") {
  FindRequest request;
  request.limit = 10'000;
  FindResult found;
  for (std::uint64_t number = 0; number < 10'000; ++number)
    found.entries.push_back({number, std::string(100, 'x'), files::EntryKind::file, 0, 0, {}});
  found.files = found.entries.size();
  const mcp::ToolResult result = find_result(request, found, "");
  CHECK(result.text.size() <= search_result_limit);
  CHECK(first_line_of(result).find(
            "cursor: \"" + result.meta["gatehouse/result"]["next"].get<std::string>()) != std::string::npos);
}

TEST_CASE("matches stand below their file, with a mark where lines are left out") {
  GrepRequest request;
  request.pattern = "x";
  request.before = request.after = 1;
  GrepResult found;
  found.root = "/ws";
  found.matches = 3;
  found.files = 2;
  found.shown = {{"a.c", 2, false, {{1, true, "\tx"}, {2, false, "y"}, {9, true, "caf\xE9 x\r"}}},
                 {"b", 1, true, {}}};
  CHECK(grep_result(request, found, "").text ==
        "3 matching lines in 2 files for 'x' in .\n"
        "a.c\n1: \tx\n2- y\n--\n9: caf\\xe9 x\n"
        "b\n  a binary file: nothing is shown from its first NUL byte on");
}

TEST_CASE("a search that ended early, or found nothing, says so first") {
  GrepRequest request;
  request.pattern = "x";
  GrepResult found;
  found.is_complete = false;
  found.explanation = {"why"};
  CHECK(grep_result(request, found, "/etc/").text ==
        "0 matching lines in 0 files for 'x' in /etc; INCOMPLETE: 10 s were not enough; say a directory "
        "below as path, "
        "or a glob\nwhy");
  request.offset = 7;
  found.is_complete = true;
  found.matches = 5;
  found.files = 1;
  CHECK(first_line_of(grep_result(request, found, "")).find("; none behind offset 7") != std::string::npos);
}

}  // namespace
}  // namespace shelltool
