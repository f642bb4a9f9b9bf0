#include "shelltool/tools/edit_tool.h"

#include <algorithm>

#include "sandbox/sys/text.h"
#include "shelltool/files/edit.h"
#include "shelltool/tools/file_call.h"

namespace shelltool {
namespace {

using mcp::Json;
using mcp::Parameter;
using Type = mcp::Parameter::Type;

constexpr std::size_t most_diff = 8000, most_dry_diff = 30'000;
constexpr std::size_t most_edits = 100;

Parameter path_parameter() {
  return {"file_path", Type::string, "The file.", true, {}, {{"path", {}}, {"filePath", {}}}};
}

std::vector<Parameter> pair_parameters() {
  return {{"old_string",
           Type::string,
           "What stands there once, exactly.",
           false,
           {},
           {{"oldText", {}}, {"oldString", {}}}},
          {"new_string", Type::string, "What comes there.", false, {}, {{"newText", {}}, {"newString", {}}}},
          {"replace_all",
           Type::boolean,
           "Every place.",
           false,
           {},
           {{"allow_multiple", {}}, {"replaceAll", {}}}}};
}

files::TextEdit read_pair(const mcp::Arguments& given) {
  for (const char* name : {"old_string", "new_string"})
    if (!given.has(name)) throw mcp::ArgumentError(fmt::format("'{}' is missing", name));
  return {*given.get<std::string>("old_string"), *given.get<std::string>("new_string"),
          given.get<bool>("replace_all").value_or(false)};
}

std::vector<files::TextEdit> read_edits(const mcp::Arguments& arguments) {
  if (!arguments.has("edits")) return {read_pair(arguments)};
  if (arguments.has("old_string") || arguments.has("new_string"))
    throw mcp::ArgumentError("'edits' and 'old_string' exclude each other");
  const Json& list = arguments.json().at("edits");
  if (!list.is_array() || list.empty() || list.size() > most_edits)
    throw mcp::ArgumentError(
        fmt::format("'edits' must be a list of 1 to {} objects with old_string and new_string", most_edits));
  const bool all = arguments.get<bool>("replace_all").value_or(false);
  std::vector<files::TextEdit> edits;
  mcp::each_item(list, "edit", [&](const Json& item) {
    edits.push_back(read_pair(mcp::read_arguments(pair_parameters(), item)));
    edits.back().all = edits.back().all || all;
  });
  return edits;
}

/// "+12 -3"
std::string counts(const std::string& diff) {
  std::size_t added = 0, removed = 0;
  for (std::size_t at = 0; at < diff.size(); at = diff.find('\n', at) + 1) {
    if (diff[at] == '+') ++added;
    if (diff[at] == '-') ++removed;
  }
  return fmt::format("+{} -{}", added, removed);
}

mcp::ToolResult change_result(const files::ChangeResult& change, const std::string& done,
                              std::size_t most_shown, const FileTools& tools) {
  mcp::ToolResult result;
  result.text = fmt::format("{} · {}", shown_file(tools, change.path), done);
  if (change.version == change.version_before) result.text += " · it was like that already";
  if (!change.diff.empty() && !change.is_new) result.text += " · " + counts(change.diff);
  result.text += fmt::format(" · {} bytes · v:{}", change.size, change.version);
  if (change.is_before_lost) result.text += not_kept;
  if (most_shown != 0 && !change.diff.empty()) {
    const bool is_cut = change.diff.size() > most_shown + 1;
    if (is_cut) result.text += " · the difference goes on, see what became of it with read";
    result.text +=
        "\n" + change.diff.substr(0, is_cut ? change.diff.rfind('\n', most_shown) : change.diff.size() - 1);
  }
  result.meta = {{"gatehouse/result",
                  {{"path", sys::visible(change.path)},
                   {"version", change.version},
                   {"version_before", change.version_before},
                   {"size", change.size}}}};
  return result;
}

/// As the results have it, with or without "v:".
std::string version_of(const mcp::Arguments& arguments) {
  constexpr std::size_t fewest = 8, all = 16;  // digits: what is shorter is soon another's, too
  const std::optional<std::string> given = arguments.get<std::string>("if_version");
  if (!given || given->empty() || *given == "none") return given.value_or("");
  std::string version = given->starts_with("v:") ? given->substr(2) : *given;
  if (version.size() < fewest || version.size() > all ||
      version.find_first_not_of("0123456789abcdef") != version.npos)
    throw mcp::ArgumentError(
        fmt::format("'if_version' is {}, and no version: read the file, and give the v: of its result",
                    sys::shown(*given)));
  return version;
}

std::string places_text(std::uint64_t places) {
  return fmt::format("{} place{}", places, places == 1 ? "" : "s");
}

void run_edit(const FileTools& tools, const mcp::Arguments& arguments, mcp::ToolCall call) {
  files::EditRequest request;
  request.path = absolute_path(tools, *arguments.get<std::string>("file_path"));
  request.edits = read_edits(arguments);
  request.if_version = version_of(arguments);
  request.dry_run = arguments.get<bool>("dry_run").value_or(false);
  run_operation<&files::edit>(
      tools, std::move(request), "edit", std::move(call),
      [tools, dry = arguments.get<bool>("dry_run").value_or(false)](const files::ChangeResult& change) {
        const std::string done =
            fmt::format("{} {}", dry ? "dry run, nothing was written: would change" : "changed",
                        places_text(change.places));
        return change_result(change, done, dry ? most_dry_diff : most_diff, tools);
      });
}

void run_write(const FileTools& tools, const mcp::Arguments& arguments, mcp::ToolCall call) {
  files::WriteRequest request;
  request.path = absolute_path(tools, *arguments.get<std::string>("file_path"));
  request.content = *arguments.get<std::string>("content");
  request.if_version = version_of(arguments);
  run_operation<&files::write>(tools, std::move(request), "write", std::move(call),
                               [tools](const files::ChangeResult& change) {
                                 return change_result(change, change.is_new ? "made" : "written", 0, tools);
                               });
}

}  // namespace

mcp::Tool edit_tool(FileWorkers& workers, Connection& connection, const LiveState& state) {
  const FileTools tools{workers, connection};
  mcp::Tool tool;
  tool.name = "edit";
  tool.title = "Edit a file";
  tool.description =
      "Replaces exact text in a file, all edits or none; each is matched against the file as it is. No other "
      "byte changes: "
      "encoding, line ends, mode and links stay. Where nothing matches, the nearest lines are shown.";
  tool.parameters = {path_parameter()};
  for (Parameter& parameter : pair_parameters()) tool.parameters.push_back(std::move(parameter));
  tool.parameters.push_back(
      {"edits", Type::list, "Instead: a list of {old_string, new_string, replace_all}.", false, {}, {}});
  tool.parameters.push_back({"if_version", Type::string, "The v: that it must still be.", false, {}, {}});
  tool.parameters.push_back(
      {"dry_run", Type::boolean, "Only show the difference.", false, {}, {{"dryRun", {}}}});
  tool.annotations = [&state] { return annotations_of_change(state, false); };
  tool.meta = {{"anthropic/alwaysLoad", true}};
  tool.run = [tools](const mcp::Arguments& arguments, mcp::ToolCall call) {
    run_edit(tools, arguments, std::move(call));
  };
  return tool;
}

mcp::Tool write_tool(FileWorkers& workers, Connection& connection, const LiveState& state) {
  const FileTools tools{workers, connection};
  mcp::Tool tool;
  tool.name = "write";
  tool.title = "Write a file";
  tool.description =
      "Makes a file, with its directories, or replaces all of its content; encoding, line ends, mode and "
      "links of one that "
      "is there stay. To change a part use edit.";
  tool.parameters = {
      path_parameter(),
      {"content", Type::string, "All of it.", true, {}, {{"file_text", {}}}},
      {"if_version", Type::string, "The v: that it must still be; none: it must not exist.", false, {}, {}}};
  tool.annotations = [&state] { return annotations_of_change(state, true); };
  tool.meta = {{"anthropic/alwaysLoad", true}};
  tool.run = [tools](const mcp::Arguments& arguments, mcp::ToolCall call) {
    run_write(tools, arguments, std::move(call));
  };
  return tool;
}

}  // namespace shelltool
