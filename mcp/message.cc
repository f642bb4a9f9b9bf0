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
