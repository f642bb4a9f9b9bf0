#include "mcp/dispatcher.h"

#include <fmt/format.h>

#include <utility>

#include "sandbox/sys/nearest.h"
#include "sandbox/sys/text.h"

namespace mcp {

void Dispatcher::on_notification(const std::string& method, std::function<void(const Json& params)> handler) {
  notifications_[method].push_back(std::move(handler));
}

void Dispatcher::receive(const std::string& line) {
  Json id;
  try {
    Json json;
    try {
      json = parse(line);
    } catch (const Error&) {
      id = id_for_error(std::string_view(line));
      throw;
    }
    id = id_for_error(json);
    handle(read_message(std::move(json)));
  } catch (const Error& error) {
    send(error_response(id, error));
  } catch (const std::exception& error) {
    send(error_response(id, Error(Code::internal_error, error.what())));
  }
}

void Dispatcher::refuse_line(const Error& error) { send(error_response(nullptr, error)); }

void Dispatcher::notify(std::string_view method, Json params) {
  send(notification(method, std::move(params)));
}

/// A name and no number, which a client that minds its own ids only could take for one of them.
void Dispatcher::request(std::string_view method, Json params, Answered answered) {
  const Json id = fmt::format("server-{}", ++last_asked_);
  asked_.emplace(text_of(id), std::move(answered));
  send(mcp::request(id, method, std::move(params)));
}

/// One to what was not asked, or has been answered, is passed over.
void Dispatcher::take_response(const Message& response) {
  if (const auto asked = asked_.extract(text_of(response.id))) asked.mapped()(response);
}

void Dispatcher::handle(Message message) {
  switch (message.kind) {
    case Message::Kind::request:
      return start(std::move(message));
    case Message::Kind::notification:
      if (message.method == "notifications/cancelled") return cancel(message.params);
      if (const auto found = notifications_.find(message.method); found != notifications_.end())
        for (const auto& handler : found->second) handler(message.params);
      return;
    case Message::Kind::response:
      return take_response(message);
  }
}

void Dispatcher::start(Message message) {
  const auto method = methods_.find(message.method);
  if (method == methods_.end()) {
    std::vector<std::string> known;
    for (const auto& [name, handler] : methods_) known.push_back(name);
    const std::string near = sys::nearest(message.method, known);
    throw Error(Code::method_not_found, fmt::format("there is no method {}{}", sys::shown(message.method),
                                                    near.empty() ? "" : "; did you mean '" + near + "'?"));
  }
  const std::string key = text_of(message.id);
  if (running_.contains(key))
    throw Error(Code::invalid_request,
                fmt::format("a request with the id {} is still being answered", sys::shown(key)));
  Json token;
  if (const auto meta = message.params.find("_meta"); meta != message.params.end() && meta->is_object())
    token = meta->value("progressToken", Json());
  if (!token.is_string() && !token.is_number_integer()) token = nullptr;
  Call call(
      message.id, std::move(token), [this](const std::string& line) { send_(line); },
      [this, key] { end(key); });
  running_.emplace(key, call.canceller());
  try {
    method->second(message.params, call);
  } catch (const Error& error) {
    call.fail(error);
  } catch (const std::exception& error) {
    call.fail(Error(Code::internal_error, error.what()));
  }
}

void Dispatcher::end(const std::string& key) {
  running_.erase(key);
  if (!running_.empty()) return;
  if (const auto callback = std::exchange(idle_, nullptr)) callback();
}

void Dispatcher::on_idle(std::function<void()> callback) {
  if (running_.empty()) return callback();
  idle_ = std::move(callback);
}

void Dispatcher::cancel(const Json& params) {
  const auto id = params.find("requestId");
  if (id == params.end()) return;
  const auto found = running_.find(text_of(*id));
  if (found == running_.end()) return;   // it has been answered meanwhile
  const auto cancel_it = found->second;  // which takes itself off the list
  cancel_it();
}

void Dispatcher::cancel_all() {
  asked_.clear();
  idle_ = nullptr;
  while (!running_.empty()) {
    const auto cancel_it = running_.begin()->second;
    running_.erase(running_.begin());
    cancel_it();
  }
}

}  // namespace mcp
