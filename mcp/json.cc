#include "mcp/json.h"

#include "mcp/error.h"

namespace mcp {
namespace {

/// Of brackets that are not in a string; what is no JSON may have any.
std::size_t depth_of(std::string_view text) {
  std::size_t depth = 0, deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '[' || c == '{')) {
      deepest = std::max(deepest, ++depth);
    } else if (!in_string && (c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return deepest;
}

}  // namespace

Json parse(std::string_view text) {
  if (depth_of(text) > max_depth)
    throw Error(Code::invalid_request, fmt::format("the message is nested deeper than {} levels", max_depth));
  try {
    return Json::parse(text);
  } catch (const Json::exception&) {  // its sentence may quote bytes of the message that are no text
    throw Error(Code::parse_error, "the message is no JSON");
  }
}

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace mcp
