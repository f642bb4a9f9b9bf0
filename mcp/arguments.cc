#include "mcp/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "mcp/error.h"
#include "sandbox/sys/nearest.h"
#include "sandbox/sys/text.h"

namespace mcp {
namespace {

using Type = Parameter::Type;

constexpr std::size_t longest_coerced = 64 * 1024;
constexpr std::uint64_t most_integer = std::numeric_limits<std::int64_t>::max();

const char* words_for(Type type) {
  switch (type) {
    case Type::string:
      return "a string";
    case Type::integer:
      return "an integer";
    case Type::number:
      return "a number";
    case Type::boolean:
      return "true or false";
    case Type::strings:
      return "a list of strings";
    case Type::string_map:
      return "an object whose values are strings";
    case Type::list:
      break;
  }
  return "a list";
}

bool fits(Type type, const Json& value) {
  const auto is_string = [](const Json& item) { return item.is_string(); };
  switch (type) {
    case Type::string:
      return value.is_string();
    case Type::integer:
      return value.is_number_integer() && (!value.is_number_unsigned() || value <= most_integer);
    case Type::number:
      return value.is_number();
    case Type::boolean:
      return value.is_boolean();
    case Type::strings:
      return value.is_array() && std::all_of(value.begin(), value.end(), is_string);
    case Type::string_map:
      return value.is_object() && std::all_of(value.begin(), value.end(), is_string);
    case Type::list:
      break;
  }
  return true;
}

Json schema_of_type(Type type) {
  switch (type) {
    case Type::string:
      return {{"type", "string"}};
    case Type::integer:
      return {{"type", "integer"}};
    case Type::number:
      return {{"type", "number"}};
    case Type::boolean:
      return {{"type", "boolean"}};
    case Type::strings:
      return {{"type", "array"}, {"items", {{"type", "string"}}}};
    case Type::string_map:
      return {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
    case Type::list:
      break;
  }
  return {{"type", "array"}, {"items", {{"type", "object"}}}};
}

bool has_nul(const Json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>().find('\0') != std::string::npos;
  return value.is_structured() && std::any_of(value.begin(), value.end(), has_nul);
}

void check(const Parameter& parameter, const Json& value) {
  if (!fits(parameter.type, value))
    throw ArgumentError(fmt::format("'{}' must be {}", parameter.name, words_for(parameter.type)));
  if (has_nul(value)) throw ArgumentError(fmt::format("'{}' must not contain a NUL byte", parameter.name));
  const auto& values = parameter.values;
  if (values.empty() || std::find(values.begin(), values.end(), value.get<std::string>()) != values.end())
    return;
  throw ArgumentError(fmt::format("'{}' must be one of {}", parameter.name, fmt::join(values, ", ")));
}

[[noreturn]] void refuse_name(const std::string& name, const std::vector<Parameter>& parameters) {
  std::vector<std::string> known;
  for (const Parameter& parameter : parameters)
    if (!parameter.is_silent) known.push_back(parameter.name);
  const std::string near = sys::nearest(name, known);
  throw ArgumentError(
      near.empty()
          ? fmt::format("there is no parameter {}; there are {}", sys::shown(name), fmt::join(known, ", "))
          : fmt::format("there is no parameter {}; did you mean '{}'?", sys::shown(name), near));
}

}  // namespace

Json coerced(Type type, const Json& value) {
  if (!value.is_string() || type == Type::string || type == Type::list) return value;
  const std::string& text = value.get_ref<const std::string&>();
  if (text.size() > longest_coerced) return value;
  try {
    Json parsed = parse(text);
    return fits(type, parsed) ? parsed : value;
  } catch (const Error&) {
    return value;
  }
}

Json schema_of(const std::vector<Parameter>& parameters) {
  Json properties = Json::object(), required = Json::array();
  for (const Parameter& parameter : parameters) {
    if (parameter.is_silent) continue;
    Json property = schema_of_type(parameter.type);
    if (!parameter.description.empty()) property["description"] = parameter.description;
    if (!parameter.values.empty()) property["enum"] = parameter.values;
    properties[parameter.name] = std::move(property);
    if (parameter.is_required) required.push_back(parameter.name);
  }
  Json schema = {{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

Arguments read_arguments(const std::vector<Parameter>& parameters, const Json& given) {
  if (!given.is_object()) throw ArgumentError("the arguments must be an object");
  Json values = Json::object();
  for (const auto& [name, value] : given.items()) {
    if (value.is_null()) continue;
    const Parameter* meant = nullptr;
    Json converted = value;
    for (const Parameter& parameter : parameters) {
      if (parameter.name == name) meant = &parameter;
      for (const Alias& alias : parameter.aliases) {
        if (alias.name != name) continue;
        meant = &parameter;
        if (alias.convert) converted = alias.convert(coerced(parameter.type, value));
      }
    }
    if (meant == nullptr) refuse_name(name, parameters);
    if (values.contains(meant->name))
      throw ArgumentError(fmt::format("'{}' is given twice, once as '{}'", meant->name, name));
    if (meant->accept) converted = meant->accept(converted);
    converted = coerced(meant->type, converted);
    check(*meant, converted);
    values[meant->name] = std::move(converted);
  }
  for (const Parameter& parameter : parameters)
    if (parameter.is_required && !values.contains(parameter.name))
      throw ArgumentError(fmt::format("'{}' is missing", parameter.name));
  return Arguments(std::move(values));
}

}  // namespace mcp
