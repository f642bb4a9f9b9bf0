#pragma once
/// What a tool takes, declared once: its schema and the reading of its arguments cannot differ.

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mcp/json.h"
#include "sandbox/sys/error.h"

namespace mcp {

/// Arguments that the model can mend; the sentence is the tool's result, not an error of the protocol.
class ArgumentError : public sys::Error {
 public:
  explicit ArgumentError(const std::string& sentence) : sys::Error(sys::Kind::invalid, sentence) {}
};

/// Another name that is accepted silently, and how its value becomes the parameter's.
struct Alias {
  std::string name;
  std::function<Json(const Json& value)> convert;  ///< empty: as it is; gets what is of its type
};

struct Parameter {
  /// `list`: of objects, which the tool reads itself, and so whatever else it takes.
  enum class Type { string, integer, number, boolean, strings, string_map, list };
  std::string name;
  Type type = Type::string;
  std::string description;
  bool is_required = false;
  std::vector<std::string> values;  ///< the only ones, where there are any
  std::vector<Alias> aliases;
  std::function<Json(const Json& value)> accept = {};  ///< other shapes of the value, silently; empty: none
  bool is_silent = false;  ///< accepted, and neither in the schema nor in messages
};

/// Read arguments: every key is a parameter's name, every value of its type.
class Arguments {
 public:
  explicit Arguments(Json values) : values_(std::move(values)) {}

  [[nodiscard]] bool has(const std::string& name) const { return values_.contains(name); }
  template <class Value>
  [[nodiscard]] std::optional<Value> get(const std::string& name) const {
    if (!has(name)) return std::nullopt;
    return values_.at(name).get<Value>();
  }
  [[nodiscard]] const Json& json() const { return values_; }

 private:
  Json values_;
};

/// What a string says where it stands for such a value: models send numbers and truth values as strings, too.
/// Else the value as it is.
Json coerced(Parameter::Type type, const Json& value);

/// JSON Schema of an object with these properties: canonical names only.
Json schema_of(const std::vector<Parameter>& parameters);

/// Throws ArgumentError: an unknown name (with the nearest), one that is missing or given twice, a wrong
/// type, a value that is none of the parameter's, a string with a NUL byte. null is the same as absent.
Arguments read_arguments(const std::vector<Parameter>& parameters, const Json& given);

/// `read` for each item of a list; an ArgumentError of it says which it is about: "edit 2 of 3: …".
template <class Read>
void each_item(const Json& list, std::string_view what, Read read) {
  std::size_t number = 0;
  for (const Json& item : list) {
    ++number;
    try {
      read(item);
    } catch (const ArgumentError& error) {
      throw ArgumentError(fmt::format("{} {} of {}: {}", what, number, list.size(), error.what()));
    }
  }
}

}  // namespace mcp
