#pragma once
/// A request that is being answered, perhaps later: progress, cancellation, the answer.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "mcp/error.h"
#include "mcp/json.h"

namespace mcp {

/// Copies are the same call. It is answered once; what comes after the answer or the cancellation goes
/// nowhere. A call whose last copy goes unanswered is answered with an internal error.
class Call {
 public:
  using Send = std::function<void(const std::string& message)>;

  Call(Json id, Json progress_token, Send send, std::function<void()> done);

  void answer(const Json& result);
  /// The result as JSON text, on one line: what is asked often need not be written each time.
  void answer_text(std::string_view result);
  void fail(const Error& error);
  /// Where the client asked for progress; `done` only grows.
  void progress(double done, const std::string& message);
  /// Called once if the client cancels, or goes; at once if it has.
  void on_cancel(std::function<void()> callback);
  /// Called once when the call is answered or cancelled; at once if it is.
  void on_over(std::function<void()> callback);
  [[nodiscard]] bool is_over() const;
  /// Cancels the call, if there still is one then.
  [[nodiscard]] std::function<void()> canceller() const;

  [[nodiscard]] bool wants_progress() const;

 private:
  struct State;
  static void cancel(const std::shared_ptr<State>& state);
  std::shared_ptr<State> state_;
};

}  // namespace mcp
