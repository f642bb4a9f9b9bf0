#pragma once
/// JSON-RPC 2.0 as MCP uses it: no batches, ids are strings or integers.

#include <string>
#include <string_view>

#include "mcp/error.h"
#include "mcp/json.h"

namespace mcp {

struct Message {
  enum class Kind { request, notification, response };
  Kind kind = Kind::notification;
  Json id;             ///< of a request or response
  std::string method;  ///< of a request or notification
  Json params = Json::object();
  Json result, error;  ///< of a response; one of them is null
};

/// Throws Error(invalid_request).
Message read_message(Json json);
/// The id that an answer to a faulty message names: the message's own where it has a proper one, else null.
Json id_for_error(const Json& json);
/// The same for a message that cannot be read: a client waits for an answer to it all the same.
Json id_for_error(std::string_view unreadable);

/// `result` is JSON text.
std::string response_text(const Json& id, std::string_view result);
/// Without an id where it is null: the protocol's schema knows no null id.
Json error_response(const Json& id, const Error& error);
Json request(const Json& id, std::string_view method, Json params);
Json notification(std::string_view method, Json params);

}  // namespace mcp
