#pragma once
/// From messages to handlers and back, for one client.

#include <functional>
#include <map>
#include <string>
#include <type_traits>

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
  /// Notifications that have no handler are passed over.
  void on_notification(const std::string& method, std::function<void(const Json& params)> handler);

  /// One message as it came. Never throws for what the client sent.
  void receive(const std::string& line);
  void refuse_line(const Error& error);
  void notify(std::string_view method, Json params);
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
  void cancel(const Json& params);
  void send(const Json& message) { send_(text_of(message)); }

  Send send_;
  std::map<std::string, Handler> methods_;
  std::map<std::string, std::function<void(const Json&)>> notifications_;
  std::map<std::string, std::function<void()>> running_;  // cancels; by the id's own text: 1 and "1" are two
};

}  // namespace mcp
