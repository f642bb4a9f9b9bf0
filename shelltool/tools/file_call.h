#pragma once
/// From a tool call to an operation of the file worker, and from its result to the model.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "mcp/tools.h"
#include "shelltool/state/live_state.h"
#include "shelltool/worker/file_workers.h"
#include "shelltool/worker/operations.h"

namespace shelltool {

struct FileTools {
  FileWorkers& workers;
  Connection& connection;
};

/// As the kernel shall look it up: "~" and relative paths are written out, links and ".." are not touched.
/// Throws mcp::ArgumentError for an empty one.
std::string absolute_path(const FileTools& tools, const std::string& path);
/// For results: relative to the workspace, or below "~".
std::string shown_file(const FileTools& tools, const std::string& path);

/// Adds what every result has for programs: denials, sandbox, session.
mcp::ToolResult with_meta(mcp::ToolResult result, const FileAnswer& answer, const FileTools& tools);
/// Of a request that failed: the sentence, what the sandbox has to do with it, and its code.
mcp::ToolResult failure_result(const FileAnswer& answer, const FileTools& tools);
/// What the sandbox has to do with a sentence that speaks of a path: a line each, "\nsandbox: hidden:
/// ~/.ssh".
std::string refusals_text(const std::string& sentence, const FileTools& tools);

/// For what was overwritten and is larger than the history keeps.
inline constexpr const char* not_kept =
    " · what it had before is larger than 16 MB and not kept: this cannot be undone";

/// True names of the directories that have a trash.
std::vector<std::string> trash_roots(const FileTools& tools);

/// Of a tool that changes files, where the mode lets it.
mcp::Json annotations_of_change(const LiveState& state, bool is_idempotent);

/// What a call of the file worker is, besides its request.
struct FileCall {
  std::string tool;  ///< that asks, for the rules
  mcp::ToolCall call;
  bool makes_names = true;  ///< else it changes what is in files, at most
};
/// Runs the operation and answers the call with what `told` makes of the result.
void call_worker(const FileTools& tools, WorkerRequest request, FileCall call,
                 std::function<mcp::ToolResult(const FileAnswer&)> told);
template <auto operation>
WorkerRequest request_for(RequestOf<operation> request) {
  WorkerRequest packed{Operations::number<operation>(), {}, changes_files<operation>};
  if constexpr (requires { expected_touches(request); }) packed.expected = expected_touches(request);
  packed.packed = sys::packed(std::move(request));
  return packed;
}
template <auto operation>
void run_operation(const FileTools& tools, RequestOf<operation> request, const std::string& tool,
                   mcp::ToolCall call, std::function<mcp::ToolResult(const ResultOf<operation>&)> told) {
  call_worker(tools, request_for<operation>(std::move(request)),
              {tool, std::move(call), makes_names<operation>},
              [told = std::move(told)](const FileAnswer& answer) {
                return told(sys::unpacked<ResultOf<operation>>(answer.packed));
              });
}

}  // namespace shelltool
