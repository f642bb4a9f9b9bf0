#pragma once
/// From messages to handlers and back, for one client.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include "mcp/call.h"
#include "mcp/message.h"

namespace mcp {

class Dispatcher {
 public:
  using Send = std::function<void(const std::string& line)>;
  explicit Dispatcher(Send send) : send_(std::move(send)) {}
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;
  ~Dispatcher() { cancel_all(); }

  /// A method's C++ signature becomes its handler: `Result handler(Params)` is answered at once, `void
  /// handler(Params, Call)` when it answers the call. Params is read by from_json(const Json&, Params&),
  /// which throws Error(invalid_params), Result written by to_json(Json&, const Result&); Json itself is
  /// both.
  template <class Handler>
  void on(const std::string& method, Handler handler) {
    bind(method, std::function(std::move(handler)));
  }
  /// Handlers of one method add up. Notifications that have none are passed over.
  void on_notification(const std::string& method, std::function<void(const Json& params)> handler);

  /// One message as it came. Never throws for what the client sent.
  void receive(const std::string& line);
  void refuse_line(const Error& error);
  void notify(std::string_view method, Json params);
  /// Of the client. `answered` gets its response, of which `result` or `error` is not null: what it says is
  /// the handler's to check. It is not called where the client goes, or never answers.
  using Answered = std::function<void(const Message& response)>;
  void request(std::string_view method, Json params, Answered answered);
  /// Called once when no request is being answered; at once if none is.
  void on_idle(std::function<void()> callback);
  /// The client is gone: every call is cancelled.
  void cancel_all();

 private:
  using Handler = std::function<void(const Json& params, Call call)>;

  /// What a handler takes as it came is not copied.
  template <class Params>
  static decltype(auto) as(const Json& params) {
    if constexpr (std::is_same_v<Params, Json>)
      return (params);
    else
      return params.get<Params>();
  }
  template <class Result, class Params>
  void bind(const std::string& method, std::function<Result(const Params&)> handler) {
    methods_[method] = [handler = std::move(handler)](const Json& params, Call call) {
      call.answer(Json(handler(as<Params>(params))));
    };
  }
  template <class Params>
  void bind(const std::string& method, std::function<void(const Params&, Call)> handler) {
    methods_[method] = [handler = std::move(handler)](const Json& params, Call call) {
      handler(as<Params>(params), std::move(call));
    };
  }
  void handle(Message message);
  void start(Message message);
  void end(const std::string& key);
  void cancel(const Json& params);
  void take_response(const Message& response);
  void send(const Json& message) { send_(text_of(message)); }

  Send send_;
  std::map<std::string, Handler> methods_;
  std::map<std::string, std::vector<std::function<void(const Json&)>>> notifications_;
  std::map<std::string, std::function<void()>> running_;  // cancels; by the id's own text: 1 and "1" are two
  std::map<std::string, Answered> asked_;                 // by the id's text
  std::uint64_t last_asked_ = 0;
  std::function<void()> idle_;
};

}  // namespace mcp
