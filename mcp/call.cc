#include "mcp/call.h"

#include <utility>

#include "mcp/message.h"

namespace mcp {

struct Call::State {
  Json id, progress_token;
  Send send;
  std::function<void()> done;
  std::function<void()> cancelled, over;
  double last_progress = -1;
  bool is_over = false, is_cancelled = false;

  State(Json call_id, Json token, Send sender, std::function<void()> on_done)
      : id(std::move(call_id)),
        progress_token(std::move(token)),
        send(std::move(sender)),
        done(std::move(on_done)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (!is_over)
      finish(text_of(
          error_response(id, Error(Code::internal_error, "the call was given up without an answer"))));
  }

  void finish(const std::string& message) {
    if (std::exchange(is_over, true)) return;
    cancelled = nullptr;
    if (send) send(message);
    if (done) done();
    if (over) std::exchange(over, nullptr)();
  }
};

Call::Call(Json id, Json progress_token, Send send, std::function<void()> done)
    : state_(std::make_shared<State>(std::move(id), std::move(progress_token), std::move(send),
                                     std::move(done))) {}

void Call::answer(const Json& result) { answer_text(text_of(result)); }

void Call::answer_text(std::string_view result) { state_->finish(response_text(state_->id, result)); }

void Call::fail(const Error& error) { state_->finish(text_of(error_response(state_->id, error))); }

bool Call::wants_progress() const { return !state_->progress_token.is_null() && !state_->is_over; }

void Call::progress(double done, const std::string& message) {
  if (!wants_progress() || done <= state_->last_progress) return;
  state_->last_progress = done;
  Json params;
  params["progressToken"] = state_->progress_token;
  params["progress"] = done;
  if (!message.empty()) params["message"] = message;
  state_->send(text_of(notification("notifications/progress", std::move(params))));
}

void Call::on_cancel(std::function<void()> callback) {
  if (state_->is_cancelled) return callback();
  if (!state_->is_over) state_->cancelled = std::move(callback);
}

void Call::on_over(std::function<void()> callback) {
  if (state_->is_over) return callback();
  state_->over = std::move(callback);
}

bool Call::is_over() const { return state_->is_over; }

std::function<void()> Call::canceller() const {
  return [weak = std::weak_ptr(state_)] {
    if (const auto state = weak.lock()) cancel(state);
  };
}

void Call::cancel(const std::shared_ptr<State>& state) {
  if (state->is_over) return;
  state->is_over = state->is_cancelled = true;
  const auto callback = std::exchange(state->cancelled, nullptr);
  if (state->done) state->done();
  if (callback) callback();
  if (const auto over = std::exchange(state->over, nullptr)) over();
}

}  // namespace mcp
