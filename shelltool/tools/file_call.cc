#include "shelltool/tools/file_call.h"

#include "policy/decision_json.h"
#include "sandbox/sys/path.h"
#include "sandbox/sys/text.h"
#include "shelltool/setup/hidden.h"
#include "shelltool/tools/plain_text.h"
#include "shelltool/tools/sandbox_refusals.h"

namespace shelltool {
namespace {

mcp::Json denials_json(const FileAnswer& answer, const policy::State& state) {
  mcp::Json denials = mcp::Json::array();
  for (const FileDenial& denial : answer.denials) {
    mcp::Json one = policy::decision_json(denial.decision, state);
    one["event"] = {{"type", policy::name_of(denial.event.kind)},
                    {"path", sys::visible(denial.event.file.plain)}};
    denials.push_back(std::move(one));
  }
  return denials;
}

/// Names that no file tool may make either.
void add_taken(mcp::ToolResult& result, const FileTools& tools, bool names_made) {
  Session* const session = tools.connection.current();
  if (session == nullptr) return;
  std::string sentences;
  for (const sandbox::Taken& taken : session->take_back(names_made))
    sentences += sys::visible(taken.sentence()) + "\n";
  if (sentences.empty()) return;
  result.text = sentences + "Before that: " + result.text;
  result.is_error = true;
}

}  // namespace

std::vector<std::string> trash_roots(const FileTools& tools) {
  std::vector<std::string> roots;
  for (const std::string& root : tools.connection.session().plan().workspace.roots)
    roots.push_back(sys::real_path(root).value_or(root));
  return roots;
}

std::string absolute_path(const FileTools& tools, const std::string& path) {
  if (path.empty()) throw mcp::ArgumentError("the path is empty");
  const Session& session = tools.connection.session();
  std::string expanded = expand_home(path, session.home());
  return expanded.starts_with('/') ? expanded : session.plan().made.spec.cwd + "/" + expanded;
}

std::string shown_file(const FileTools& tools, const std::string& path) {
  const Session* session = tools.connection.current();
  if (session == nullptr) return sys::visible(path);
  const std::string below = session->plan().made.spec.cwd + "/";
  return path.starts_with(below) ? sys::visible(path.substr(below.size()))
                                 : shown_path(path, session->home());
}

std::string refusals_text(const std::string& sentence, const FileTools& tools) {
  std::string text;
  if (const Session* session = tools.connection.current()) {
    const sandbox::Spec& spec = session->spec();
    for (const std::string& refusal : refusals_in(
             sentence, {spec, session->state().tier, session->home(), spec.cwd, session->held_files(),
                        nullptr, [&](const std::string& path) { return session->profile_showing(path); }}))
      text += "\nsandbox: " + refusal;
  }
  return text;
}

mcp::ToolResult with_meta(mcp::ToolResult result, const FileAnswer& answer, const FileTools& tools) {
  result.text = bounded_text(std::move(result.text));
  const Session* session = tools.connection.current();
  if (session == nullptr) return result;
  if (!result.meta.is_object()) result.meta = mcp::Json::object();
  mcp::Json& told = result.meta["gatehouse/result"];
  const policy::State& state = session->state();
  told["session"] = session->id();
  told["denials"] = denials_json(answer, state);
  told["sandbox"] = {{"mode", sandbox::name_of(state.mode)},
                     {"network", sandbox::name_of(state.network)},
                     {"tier", sandbox::name_of(state.tier)},
                     {"generation", state.generation}};
  return result;
}

mcp::ToolResult failure_result(const FileAnswer& answer, const FileTools& tools) {
  const WorkerFailure& failure = *answer.failure;
  mcp::ToolResult result;
  result.text = failure.sentence + refusals_text(failure.sentence, tools);
  result.is_error = true;
  result.meta = {{"gatehouse/result", {{"error", {{"code", failure.code}}}}}};
  return result;
}

mcp::Json annotations_of_change(const LiveState& state, bool is_idempotent) {
  const bool is_read_only = state.state().mode == sandbox::Mode::read_only;
  return {{"readOnlyHint", is_read_only},
          {"destructiveHint", !is_read_only},
          {"idempotentHint", is_idempotent},
          {"openWorldHint", false}};
}

void call_worker(const FileTools& tools, WorkerRequest request, FileCall call,
                 std::function<mcp::ToolResult(const FileAnswer&)> told) {
  mcp::ToolCall cancellable = call.call;
  const std::string tool = call.tool;
  const bool changes_files = request.changes_files;  // what the guard takes of it is named in the result
  const FileWorkers::Id id = tools.workers.start(
      std::move(request), tool,
      [tools, changes_files, names_made = call.makes_names, call = std::move(call),
       told = std::move(told)](FileAnswer answer) mutable {
        mcp::ToolResult result = answer.failure ? failure_result(answer, tools) : told(answer);
        if (changes_files) add_taken(result, tools, names_made || answer.is_gits);
        call.call.answer(with_meta(std::move(result), answer, tools));
      });
  cancellable.on_cancel([&workers = tools.workers, id] { workers.cancel(id); });
}

}  // namespace shelltool
