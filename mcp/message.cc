#include "mcp/message.h"

#include <fmt/format.h>

#include <utility>

namespace mcp {
namespace {

bool is_id(const Json& id) { return id.is_string() || id.is_number_integer(); }

[[noreturn]] void refuse(const std::string& sentence) { throw Error(Code::invalid_request, sentence); }

Message read_response(Json json) {
  Message message;
  message.kind = Message::Kind::response;
  message.id = json.value("id", Json());
  message.result = json.value("result", Json());
  message.error = json.value("error", Json());
  return message;
}

/// Behind the closing quote of the string that begins at `at`.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    if (text[at] == '\\') ++at;
  return std::min(at + 1, text.size());
}

/// The value that stands at the beginning, if it is an id.
Json id_at(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  const std::size_t end =
      text.starts_with('"') ? end_of_string(text, 0) : std::min(text.find_first_of(",} \t\r\n"), text.size());
  const Json value = Json::parse(text.substr(0, end), nullptr, false);
  return is_id(value) ? value : Json(nullptr);
}

}  // namespace

Message read_message(Json json) {
  if (json.is_array()) refuse("batches are not part of this protocol revision; send one message a line");
  if (!json.is_object()) refuse("a message is a JSON object");
  const auto version = json.find("jsonrpc");
  if (version == json.end() || *version != "2.0") refuse("'jsonrpc' must be \"2.0\"");
  const bool has_id = json.contains("id");
  if (has_id && !is_id(json["id"])) refuse("'id' must be a string or an integer");
  if (!json.contains("method")) {
    if (!has_id || (!json.contains("result") && !json.contains("error"))) refuse("there is no 'method'");
    return read_response(std::move(json));
  }
  if (!json["method"].is_string()) refuse("'method' must be a string");
  Message message;
  message.kind = has_id ? Message::Kind::request : Message::Kind::notification;
  if (has_id) message.id = std::move(json["id"]);
  message.method = json["method"].get<std::string>();
  if (const auto params = json.find("params"); params != json.end() && !params->is_null()) {
    if (!params->is_object()) refuse("'params' must be an object");
    message.params = std::move(*params);
  }
  return message;
}

Json id_for_error(const Json& json) {
  if (!json.is_object()) return nullptr;
  const auto id = json.find("id");
  return id != json.end() && is_id(*id) ? *id : Json(nullptr);
}

Json id_for_error(std::string_view unreadable) {
  constexpr std::string_view key = R"("id")";
  std::size_t depth = 0;
  for (std::size_t at = 0; at < unreadable.size(); ++at) {
    const char c = unreadable[at];
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && depth > 0) --depth;
    if (c != '"') continue;
    const std::size_t end = end_of_string(unreadable, at);
    const std::size_t colon = std::min(unreadable.find_first_not_of(" \t\r\n", end), unreadable.size());
    if (depth == 1 && unreadable.substr(at, end - at) == key && unreadable.substr(colon, 1) == ":")
      return id_at(unreadable.substr(colon + 1));
    at = end - 1;
  }
  return nullptr;
}

std::string response_text(const Json& id, std::string_view result) {
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{}}})", text_of(id), result);
}

Json error_response(const Json& id, const Error& error) {
  Json json;
  json["jsonrpc"] = "2.0";
  if (!id.is_null()) json["id"] = id;
  json["error"] = {{"code", static_cast<int>(error.code())}, {"message", error.what()}};
  return json;
}

Json request(const Json& id, std::string_view method, Json params) {
  Json json;
  json["jsonrpc"] = "2.0";
  json["id"] = id;
  json["method"] = method;
  json["params"] = std::move(params);
  return json;
}

Json notification(std::string_view method, Json params) {
  Json json;
  json["jsonrpc"] = "2.0";
  json["method"] = method;
  json["params"] = std::move(params);
  return json;
}

}  // namespace mcp
