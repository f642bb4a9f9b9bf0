#pragma once
/// The registry of tools, and tools/list and tools/call on it.

#include <functional>
#include <string>
#include <vector>

#include "mcp/arguments.h"
#include "mcp/dispatcher.h"

namespace mcp {

struct Image {
  std::string type;   ///< "image/png"
  std::string bytes;  ///< as they are
};

/// What the model is shown stands in `text`, and in `images`; `meta` is for programs.
struct ToolResult {
  std::string text;
  bool is_error = false;
  Json meta = nullptr;
  std::vector<Image> images = {};
};

/// As the `result` of a response, on one line. A long text is written once, and no value is made of it.
std::string text_of(const ToolResult& result);

/// A tool call on its way: the answer is a ToolResult.
class ToolCall {
 public:
  explicit ToolCall(Call call) : call_(std::move(call)) {}
  void answer(const ToolResult& result) { call_.answer_text(text_of(result)); }
  /// The text_of() a result.
  void answer_text(std::string_view result) { call_.answer_text(result); }
  void progress(double done, const std::string& message) { call_.progress(done, message); }
  void on_cancel(std::function<void()> callback) { call_.on_cancel(std::move(callback)); }
  void on_over(std::function<void()> callback) { call_.on_over(std::move(callback)); }
  [[nodiscard]] bool is_over() const { return call_.is_over(); }
  [[nodiscard]] bool wants_progress() const { return call_.wants_progress(); }

 private:
  Call call_;
};

struct Tool {
  std::string name, title, description;
  std::vector<Parameter> parameters;
  std::function<Json()> annotations;  ///< asked at each list: they follow the state
  Json meta = nullptr;
  /// An exception is an error result for the model; so is an ArgumentError before it.
  std::function<void(const Arguments& arguments, ToolCall call)> run;
};

class Tools {
 public:
  void add(Tool tool) { tools_.push_back(std::move(tool)); }
  /// Asked before each call, with the request's _meta or null: the tool runs when it says `go_on`. An
  /// exception is an error result.
  using Before = std::function<void(const Json& meta, ToolCall call, std::function<void()> go_on)>;
  void before_calls(Before before) { before_ = std::move(before); }
  /// Defines tools/list and tools/call. The registry outlives the dispatcher.
  void serve(Dispatcher& dispatcher) const;
  [[nodiscard]] Json list() const;

 private:
  void call(const Json& params, Call call) const;

  static void run(const Tool& tool, const Json& params, ToolCall call);

  std::vector<Tool> tools_;
  Before before_;
};

}  // namespace mcp
