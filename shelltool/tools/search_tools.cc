#include "shelltool/tools/search_tools.h"

#include <utility>

#include "shelltool/tools/file_call.h"
#include "shelltool/tools/find_request.h"
#include "shelltool/tools/find_result.h"
#include "shelltool/tools/grep_request.h"
#include "shelltool/tools/grep_result.h"

namespace shelltool {
namespace {

using mcp::Json;

std::string path_in(const mcp::Arguments& arguments, const FileTools& tools) {
  return absolute_path(tools, arguments.get<std::string>("path").value_or("."));
}

std::string prefix_of(const std::string& root, const FileTools& tools) {
  return root == "/" ? root : shown_file(tools, root + "/");
}

/// What the sandbox hides reads as empty.
mcp::ToolResult explained(mcp::ToolResult result, bool is_empty, const std::string& root,
                          const FileTools& tools) {
  if (is_empty) result.text += refusals_text(root + ": No such file or directory", tools);
  return result;
}

mcp::Tool search_tool(std::string name, std::string title) {
  mcp::Tool tool;
  tool.name = std::move(name);
  tool.title = std::move(title);
  tool.annotations = [] {
    return Json{{"readOnlyHint", true}, {"idempotentHint", true}, {"openWorldHint", false}};
  };
  tool.meta = {{"anthropic/alwaysLoad", true}, {"anthropic/maxResultSizeChars", 100'000}};
  return tool;
}

}  // namespace

mcp::Tool find_tool(FileWorkers& workers, Connection& connection) {
  mcp::Tool tool = search_tool("find", "Find files");
  tool.description =
      "Lists files by a glob, a directory's entries (depth: 1), or a tree (format: tree), sorted, "
      "without what .gitignore leaves out. The first line tells how many there are and how to get "
      "the rest.";
  tool.parameters = find_parameters();
  tool.run = [tools = FileTools{workers, connection}](const mcp::Arguments& arguments, mcp::ToolCall call) {
    const files::FindRequest request = read_find_request(arguments, path_in(arguments, tools));
    run_operation<&files::find>(tools, request, "find", std::move(call),
                                [tools, request](const files::FindResult& found) {
                                  const bool is_empty = found.files + found.directories == 0;
                                  return explained(find_result(request, found, prefix_of(found.root, tools)),
                                                   is_empty, found.root, tools);
                                });
  };
  return tool;
}

mcp::Tool grep_tool(FileWorkers& workers, Connection& connection) {
  mcp::Tool tool = search_tool("grep", "Search in files");
  tool.description =
      "Searches files with ripgrep, without what .gitignore leaves out and binary files. The first "
      "line tells how many matches there are and how to get the rest; where there is none, what "
      "would have matched.";
  tool.parameters = grep_parameters();
  tool.run = [tools = FileTools{workers, connection}](const mcp::Arguments& arguments, mcp::ToolCall call) {
    const files::GrepRequest request = read_grep_request(arguments, path_in(arguments, tools));
    run_operation<&files::grep>(tools, request, "grep", std::move(call),
                                [tools, request](const files::GrepResult& found) {
                                  return explained(grep_result(request, found, prefix_of(found.root, tools)),
                                                   found.files == 0, found.root, tools);
                                });
  };
  return tool;
}

}  // namespace shelltool
