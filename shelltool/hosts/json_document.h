#pragma once
/// JSON as a person wrote it: every value with the place where it stands, so that an edit touches nothing
/// else.

#include <string>
#include <string_view>
#include <vector>

#include "config/node.h"
#include "mcp/json.h"

namespace shelltool {

struct JsonChild;

/// A value; `begin` and `end` are bytes of the text.
struct JsonPart {
  enum class Kind { object, array, scalar };
  Kind kind = Kind::scalar;
  std::size_t begin = 0, end = 0;
  mcp::Json scalar;  ///< the value of a scalar
  std::vector<JsonChild> children;

  /// nullptr when the object has no such key; the last of equal keys, as hosts read it.
  [[nodiscard]] const JsonChild* find(std::string_view key) const;
  [[nodiscard]] mcp::Json value() const;
};

struct JsonChild {
  std::string key;        ///< of an object's member
  std::size_t begin = 0;  ///< of the key, or of the item
  JsonPart value;
};

/// The root must be an object. An empty text is an empty object of no length. `lenient` takes comments and
/// trailing commas. Throws config::BadInput that names the place.
JsonPart read_json_document(std::string_view text, const std::string& file, bool lenient);

/// From `at` on, over white space and comments.
std::size_t skip_space(std::string_view text, std::size_t at);

/// Line and column of a byte.
config::Place place_of(std::string_view text, std::size_t at, const std::string& file);

}  // namespace shelltool
