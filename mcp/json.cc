#include "mcp/json.h"

#include <array>

#include "mcp/error.h"

namespace mcp {
namespace {

/// What can be told of a text before a value is made of it. What is no JSON may have any shape.
struct Shape {
  std::size_t depth = 0;      ///< of brackets that are not in a string
  std::size_t most_keys = 0;  ///< of one object
  bool has_nul = false;
};

Shape shape_of(std::string_view text) {
  Shape shape;
  std::array<std::size_t, max_depth + 1> keys{};  // at each depth
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\0') shape.has_nul = true;
    if (in_string && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (in_string) {
      continue;
    } else if (c == '[' || c == '{') {
      shape.depth = std::max(shape.depth, ++depth);
      if (depth <= max_depth) keys[depth] = 0;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    } else if (c == ':' && depth <= max_depth) {
      shape.most_keys = std::max(shape.most_keys, ++keys[depth]);
    }
  }
  return shape;
}

/// The library's own sentence may quote bytes of the message that are no text.
const char* sentence_for(const Json::exception& error) {
  const std::string_view what = error.what();
  const auto says = [&](std::string_view word) { return what.find(word) != what.npos; };
  if (says("surrogate")) return "the message is no JSON: half of a surrogate pair is no character";
  if (says("UTF-8")) return "the message is no JSON: it is not UTF-8";
  if (says("number overflow")) return "the message is no JSON that can be read: a number is too large";
  return "the message is no JSON";
}

}  // namespace

Json parse(std::string_view text) {
  const Shape shape = shape_of(text);
  if (shape.depth > max_depth)
    throw Error(Code::invalid_request, fmt::format("the message is nested deeper than {} levels", max_depth));
  if (shape.most_keys > max_keys)
    throw Error(Code::invalid_request, fmt::format("an object has more than {} keys", max_keys));
  if (shape.has_nul) throw Error(Code::parse_error, "the message has a NUL byte");
  try {
    return Json::parse(text);
  } catch (const Json::exception& error) {
    throw Error(Code::parse_error, sentence_for(error));
  }
}

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace mcp
