#include "shelltool/tools/patch_tool.h"

#include <cstdlib>

#include "sandbox/sys/text.h"
#include "shelltool/files/apply_patch.h"
#include "shelltool/tools/file_call.h"

namespace shelltool {
namespace {

using files::PatchedChange;
using mcp::Json;
using mcp::Parameter;
using Type = mcp::Parameter::Type;

constexpr std::size_t room = 30'000;  // of the 32,000 that a result may have

const char* name_of(files::FileChange::Kind kind, bool overwrites) {
  switch (kind) {
    case files::FileChange::Kind::create:
      return overwrites ? "replaced" : "added";
    case files::FileChange::Kind::update:
      return "updated";
    case files::FileChange::Kind::remove:
      return "deleted";
    case files::FileChange::Kind::move:
      return "moved";
    case files::FileChange::Kind::copy:
      break;
  }
  return "copied";
}

/// What the model should know of how a hunk found its place; empty: it stood where it says.
std::string place_text(const files::HunkPlace& place) {
  std::string text;
  if (place.offset != 0)
    text =
        fmt::format("{} lines {}", std::labs(place.offset), place.offset > 0 ? "further down" : "further up");
  if (place.likeness != files::Likeness::exact) {
    static constexpr const char* names[] = {"", "line ends", "blanks at line ends", "indentation",
                                            "punctuation"};
    const auto number = static_cast<std::size_t>(place.likeness);
    if (number < std::size(names))
      text += fmt::format("{}alike but for {}", text.empty() ? "" : ", ", names[number]);
  }
  return text;
}

std::string change_text(const PatchedChange& change, const FileTools& tools) {
  std::string text =
      fmt::format("{} {}", name_of(change.kind, change.overwrites), shown_file(tools, change.path));
  if (!change.to.empty()) text += " to " + shown_file(tools, change.to);
  if (!change.to.empty() && change.overwrites) text += ", which was there";
  if (change.added + change.removed > 0) text += fmt::format(" · +{} -{}", change.added, change.removed);
  if (!change.version.empty()) text += " · v:" + change.version;
  if (!change.trash.empty()) text += " · in the trash: " + shown_file(tools, change.trash);
  if (change.is_before_lost) text += not_kept;
  for (std::size_t i = 0; i < change.places.size(); ++i)
    if (const std::string place = place_text(change.places[i]); !place.empty())
      text += fmt::format(" · hunk {} at line {}: {}", i + 1, change.places[i].line, place);
  return text;
}

Json change_json(const PatchedChange& change) {
  Json json = {{"change", name_of(change.kind, change.overwrites)},
               {"path", sys::visible(change.path)},
               {"added", change.added},
               {"removed", change.removed}};
  if (!change.to.empty()) json["to"] = sys::visible(change.to);
  if (!change.version.empty()) json["version"] = change.version;
  if (!change.trash.empty()) json["trash"] = sys::visible(change.trash);
  return json;
}

mcp::ToolResult patch_result(const files::ApplyPatchResult& patched, bool is_dry, const FileTools& tools) {
  mcp::ToolResult result;
  const std::size_t count = patched.changes.size();
  const std::string changes = fmt::format("{} change{}", count, count == 1 ? "" : "s");
  if (!patched.failure.empty())
    result.text =
        fmt::format("stopped: {}\nWhat stands before in the patch was done: {}", patched.failure, changes);
  else
    result.text = (is_dry ? "dry run, nothing was written: " : "applied: ") + changes;
  Json list = Json::array();
  for (const PatchedChange& change : patched.changes) {
    const std::string line = "\n" + change_text(change, tools);
    if (result.text.size() + line.size() <= room) result.text += line;
    list.push_back(change_json(change));
  }
  if (is_dry && result.text.size() < room)
    result.text += "\n" + patched.diff.substr(0, patched.diff.rfind('\n', room - result.text.size()));
  result.is_error = !patched.failure.empty();
  result.meta = {{"gatehouse/result", {{"changes", std::move(list)}}}};
  return result;
}

void run(const FileTools& tools, bool in_part, const mcp::Arguments& arguments, mcp::ToolCall call) {
  files::ApplyPatchRequest request;
  request.patch = *arguments.get<std::string>("patch");
  request.directory = absolute_path(tools, arguments.get<std::string>("cwd").value_or("."));
  request.dry_run = arguments.get<bool>("dry_run").value_or(false);
  request.in_part = in_part;
  request.room = room;
  request.roots = trash_roots(tools);
  const bool is_dry = request.dry_run;
  run_operation<&files::apply_patch>(tools, std::move(request), "apply_patch", std::move(call),
                                     [tools, is_dry](const files::ApplyPatchResult& patched) {
                                       return patch_result(patched, is_dry, tools);
                                     });
}

}  // namespace

mcp::Tool patch_tool(FileWorkers& workers, Connection& connection, const LiveState& state, bool in_part) {
  const FileTools tools{workers, connection};
  mcp::Tool tool;
  tool.name = "apply_patch";
  tool.title = "Apply a patch";
  tool.description =
      "Applies a patch to files, all of it or nothing: *** Begin Patch with Add, Update, Delete File and "
      "Move to, or a "
      "unified diff (git, diff -u). Bytes outside of the hunks stay. A hunk that does not apply is shown "
      "beside the "
      "nearest lines.";
  tool.parameters = {
      {"patch", Type::string, "The patch.", true, {}, {{"input", {}}}},
      {"cwd", Type::string, "Where its paths begin (workspace).", false, {}, {{"workdir", {}}}},
      {"dry_run", Type::boolean, "Only show the difference.", false, {}, {{"dryRun", {}}}}};
  tool.annotations = [&state] { return annotations_of_change(state, false); };
  tool.meta = {{"anthropic/alwaysLoad", true}};
  tool.run = [tools, in_part](const mcp::Arguments& arguments, mcp::ToolCall call) {
    run(tools, in_part, arguments, std::move(call));
  };
  return tool;
}

}  // namespace shelltool
