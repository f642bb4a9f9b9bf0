#include "shelltool/tools/files_tool.h"

#include <algorithm>
#include <array>

#include "sandbox/sys/nearest.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/files/file_ops.h"
#include "shelltool/tools/file_call.h"

namespace shelltool {
namespace {

using files::DoneOp;
using files::FileOp;
using mcp::Json;
using mcp::Parameter;
using Type = mcp::Parameter::Type;

constexpr std::size_t most_ops = 200;
constexpr std::size_t room = 30'000;  // of the 32,000 that a result may have

struct OpName {
  const char* name;
  const char* done;
  FileOp::Kind kind;
};
constexpr std::array op_names{
    OpName{"move", "moved", FileOp::Kind::move},       OpName{"copy", "copied", FileOp::Kind::copy},
    OpName{"delete", "deleted", FileOp::Kind::remove}, OpName{"mkdir", "made", FileOp::Kind::make_directory},
    OpName{"link", "linked", FileOp::Kind::link},      OpName{"chmod", "changed", FileOp::Kind::change_mode}};

std::vector<Parameter> op_parameters() {
  return {{"op", Type::string, "", false, {}, {}},
          {"path", Type::string, "", false, {}, {{"source", {}}, {"file_path", {}}}},
          {"to", Type::string, "", false, {}, {{"destination", {}}, {"mode", {}}}},
          {"overwrite", Type::boolean, "", false, {}, {}},
          {"recursive", Type::boolean, "", false, {}, {}}};
}

FileOp::Kind read_kind(const std::string& name) {
  std::vector<std::string> known;
  for (const OpName& op : op_names) {
    if (name == op.name) return op.kind;
    known.emplace_back(op.name);
  }
  const std::string near = sys::nearest(name, known);
  throw mcp::ArgumentError(
      fmt::format("there is no op {}; {}there are move, copy, delete, mkdir, link and chmod",
                  sys::shown(name), near.empty() ? "" : fmt::format("is '{}' meant? ", near)));
}

FileOp read_op(const FileTools& tools, const Json& item) {
  const mcp::Arguments given = mcp::read_arguments(op_parameters(), item);
  for (const char* name : {"op", "path"})
    if (!given.has(name)) throw mcp::ArgumentError(fmt::format("'{}' is missing", name));
  FileOp op;
  op.kind = read_kind(*given.get<std::string>("op"));
  const bool has_target = op.kind != FileOp::Kind::remove && op.kind != FileOp::Kind::make_directory;
  if (has_target != given.has("to"))
    throw mcp::ArgumentError(has_target ? "'to' is missing" : "'to' is for move, copy, link and chmod");
  op.path = *given.get<std::string>("path");
  if (op.kind != FileOp::Kind::link || op.path.starts_with('~')) op.path = absolute_path(tools, op.path);
  op.to = given.get<std::string>("to").value_or("");
  if (has_target && op.kind != FileOp::Kind::change_mode) op.to = absolute_path(tools, op.to);
  op.overwrite = given.get<bool>("overwrite").value_or(false);
  op.recursive = given.get<bool>("recursive").value_or(false);
  return op;
}

std::vector<FileOp> read_ops(const FileTools& tools, const mcp::Arguments& arguments) {
  const Json& list = arguments.json().at("ops");
  if (!list.is_array() || list.empty() || list.size() > most_ops)
    throw mcp::ArgumentError(
        fmt::format("'ops' must be a list of 1 to {} operations {{op, path, to}}", most_ops));
  std::vector<FileOp> ops;
  mcp::each_item(list, "operation", [&](const Json& item) { ops.push_back(read_op(tools, item)); });
  return ops;
}

const OpName& name_of(FileOp::Kind kind) {
  return *std::find_if(op_names.begin(), op_names.end() - 1,
                       [&](const OpName& op) { return op.kind == kind; });
}

std::string op_text(const DoneOp& op, const FileTools& tools) {
  std::string text = fmt::format("{} {}", name_of(op.kind).done, shown_file(tools, op.path));
  if (op.kind == FileOp::Kind::link)
    text = fmt::format("linked {} to {}", shown_file(tools, op.to), shown_file(tools, op.path));
  if (op.kind == FileOp::Kind::move || op.kind == FileOp::Kind::copy)
    text += " to " + shown_file(tools, op.to);
  if (op.kind == FileOp::Kind::change_mode) text += " to mode " + sys::visible(op.to);
  if (op.kind == FileOp::Kind::make_directory && op.entries == 0) text += ", which was there";
  if (op.entries > 1) text += fmt::format(" ({} entries)", op.entries);
  if (op.replaces) text += ", in place of what was there";
  if (!op.trash.empty()) text += fmt::format(" · in the trash: {}", shown_file(tools, op.trash));
  return text;
}

Json op_json(const DoneOp& op) {
  Json json = {{"op", name_of(op.kind).name}, {"path", sys::visible(op.path)}, {"entries", op.entries}};
  if (!op.to.empty()) json["to"] = sys::visible(op.to);
  if (!op.trash.empty()) json["trash"] = sys::visible(op.trash);
  return json;
}

mcp::ToolResult ops_result(const files::FileOpsResult& done, bool is_dry, const FileTools& tools) {
  mcp::ToolResult result;
  const std::size_t count = done.ops.size();
  result.text = fmt::format("{}{} operation{}", is_dry ? "dry run, nothing was changed: " : "done: ", count,
                            count == 1 ? "" : "s");
  const bool has_trash =
      std::any_of(done.ops.begin(), done.ops.end(), [](const DoneOp& op) { return !op.trash.empty(); });
  if (has_trash) result.text += " · to have back what is in the trash, move it from there";
  Json list = Json::array();
  for (const DoneOp& op : done.ops) {
    const std::string line = "\n" + op_text(op, tools);
    if (result.text.size() + line.size() <= room) result.text += line;
    list.push_back(op_json(op));
  }
  result.meta = {{"gatehouse/result", {{"ops", std::move(list)}}}};
  return result;
}

void run(const FileTools& tools, const mcp::Arguments& arguments, mcp::ToolCall call) {
  files::FileOpsRequest request;
  request.ops = read_ops(tools, arguments);
  request.directory = tools.connection.session().plan().made.spec.cwd;
  request.roots = trash_roots(tools);
  request.dry_run = arguments.get<bool>("dry_run").value_or(false);
  const bool is_dry = request.dry_run;
  run_operation<&files::file_ops>(
      tools, std::move(request), "files", std::move(call),
      [tools, is_dry](const files::FileOpsResult& done) { return ops_result(done, is_dry, tools); });
}

}  // namespace

mcp::Tool files_tool(FileWorkers& workers, Connection& connection, const LiveState& state) {
  const FileTools tools{workers, connection};
  mcp::Tool tool;
  tool.name = "files";
  tool.title = "Move, copy and delete files";
  tool.description =
      "Moves, copies and deletes files and directories, makes directories and links, changes modes: all of a "
      "call is "
      "checked before the first is done. Nothing is replaced without overwrite; what is deleted or replaced "
      "goes to a trash.";
  tool.parameters = {{"ops",
                      Type::list,
                      "A list of {op, path, to, overwrite, recursive}; op: move, copy, delete, mkdir, link "
                      "(to: the link), chmod (to: 755, u+x).",
                      true,
                      {},
                      {}},
                     {"dry_run", Type::boolean, "Only check.", false, {}, {{"dryRun", {}}}}};
  tool.annotations = [&state] { return annotations_of_change(state, false); };
  tool.meta = {{"anthropic/alwaysLoad", true}};
  tool.run = [tools](const mcp::Arguments& arguments, mcp::ToolCall call) {
    run(tools, arguments, std::move(call));
  };
  return tool;
}

}  // namespace shelltool
