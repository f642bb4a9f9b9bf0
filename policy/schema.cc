#include "policy/schema.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace policy {
namespace {

using config::Key;
using config::Mapping;
using config::Shape;
using config::Spelling;
using Json = nlohmann::ordered_json;

std::string escaped(std::string_view text, std::string_view meaningful) {
  std::string pattern;
  for (const char c : text) {
    if (c == '\t' || c == '\n') {
      pattern += c == '\t' ? "\\t" : "\\n";
      continue;
    }
    if (meaningful.find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

std::string literal(std::string_view text) { return escaped(text, "^$\\.*+?()[]{}|"); }
std::string one_of(std::string_view characters) { return "[" + escaped(characters, "\\]^-") + "]"; }
std::string none_of(std::string_view characters) { return "[^" + escaped(characters, "\\]^-") + "]"; }

constexpr const char* anything = "[\\s\\S]";

std::string pattern_of(const Spelling::Form& form) {
  const std::string prefix = literal(form.prefix);
  if (!form.beside.empty()) return prefix + anything + "*" + none_of(form.beside) + anything + "*";
  std::string character = anything;
  if (!form.only.empty()) character = one_of(form.only);
  if (!form.without.empty()) character = none_of(form.without);
  return prefix + character + (form.needs_more ? "+" : "*");
}

std::string pattern_of(const Spelling& spelling, bool has_sets) {
  std::vector<std::string> forms;
  for (const Spelling::Form& form : spelling.forms) forms.push_back(pattern_of(form));
  if (has_sets) forms.emplace_back("@[\\s\\S]*");
  const std::string not_so =
      spelling.not_prefix.empty() ? "" : fmt::format("(?!{})", literal(spelling.not_prefix));
  return fmt::format("^{}(?:{})$", not_so, fmt::join(forms, "|"));
}

Json words_of(const Shape& shape) {
  Json words = Json::array();
  for (const std::string_view word : shape.words) words.push_back(word);
  return words;
}

/// Of a single value. A text may look like a number or a truth, and no keyword for texts looks at those.
Json scalar_schema(const Shape& shape) {
  switch (shape.scalar) {
    case Shape::Scalar::none:
      break;
    case Shape::Scalar::text: {
      Json schema{{"type", {"string", "number", "boolean"}}};
      if (shape.spelling != nullptr) schema["pattern"] = pattern_of(*shape.spelling, shape.has_sets);
      return schema;
    }
    case Shape::Scalar::boolean:
      return {{"type", "boolean"}};
    case Shape::Scalar::number:
    case Shape::Scalar::range:
      return {{"type", {"integer", "string"}},
              {"minimum", shape.least},
              {"maximum", shape.most},
              {"pattern",
               shape.scalar == Shape::Scalar::range ? "^(?:@[\\s\\S]*|[0-9]+(?:-[0-9]+)?)$" : "^[0-9]+$"}};
    case Shape::Scalar::word:
      return {{"enum", words_of(shape)}};
    case Shape::Scalar::version:
      return {{"enum", {1, "1"}}};
    case Shape::Scalar::instant:
      return {{"type", "string"},
              {"pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?Z)?$"}};
  }
  return Json::object();
}

bool depends(const Mapping& mapping) {
  for (const Key& key : mapping.keys)
    if (key.kinds != ~0U) return true;
  return false;
}

/// `false` would do; validators tell the place of this one better.
Json nothing() { return {{"not", Json::object()}}; }

Json required(std::string_view key) { return {{"required", {key}}}; }

class Schema {
 public:
  Json of(const Shape& shape) {
    Json lists_and_maps = container_schema(shape);
    if (lists_and_maps.empty()) return scalar_schema(shape);
    Json types = Json::array();
    if (shape.item != nullptr) types.push_back("array");
    if (shape.map != nullptr || shape.value != nullptr) types.push_back("object");
    if (shape.scalar == Shape::Scalar::none) {
      lists_and_maps["type"] = types.size() == 1 ? types.front() : types;
      return lists_and_maps;
    }
    return {{"if", {{"type", std::move(types)}}},
            {"then", std::move(lists_and_maps)},
            {"else", scalar_schema(shape)}};
  }

  Json definitions() && { return std::move(definitions_); }

 private:
  /// Keywords for lists look at nothing else, nor do those for maps.
  Json container_schema(const Shape& shape) {
    Json schema = Json::object();
    if (shape.item != nullptr) {
      schema["items"] = of(*shape.item);
      if (!shape.if_empty.empty()) schema["minItems"] = 1;
      if (shape.most_items != SIZE_MAX) schema["maxItems"] = shape.most_items;
    }
    if (shape.map != nullptr) schema["$ref"] = reference(*shape.map);
    if (shape.value != nullptr) schema["additionalProperties"] = of(*shape.value);
    if (shape.names != nullptr)
      schema["propertyNames"] = {{"pattern", pattern_of(*shape.names, shape.has_sets)}};
    return schema;
  }

  std::string reference(const Mapping& mapping) {
    const std::string name(mapping.name);
    if (!definitions_.contains(name)) {
      definitions_[name] = nullptr;  // it may be within itself
      Json schema = map_schema(mapping);
      definitions_[name] = std::move(schema);
    }
    return "#/$defs/" + name;
  }

  Json map_schema(const Mapping& mapping) {
    Json schema{{"properties", Json::object()}, {"additionalProperties", false}};
    for (const Key& key : mapping.keys) {
      Json& property = schema["properties"][std::string(key.name)];
      property["description"] = std::string(key.about);
      property.update(of(*key.value));
    }
    if (!mapping.if_empty.empty()) schema["minProperties"] = 1;
    Json conditions = Json::array();
    for (const Key& key : mapping.keys) add_presence(mapping, key, schema, conditions);
    if (!mapping.chooser.empty()) add_kinds(mapping, conditions);
    for (std::size_t kind = 0; kind < mapping.always.words.size(); ++kind)
      if ((mapping.always.mask >> kind & 1U) != 0)
        conditions.push_back({{"properties", maps_below(mapping, kind, mapping.always.words[kind])}});
    if (!conditions.empty()) schema["allOf"] = std::move(conditions);
    return schema;
  }

  static void add_presence(const Mapping& mapping, const Key& key, Json& schema, Json& conditions) {
    if (!key.if_with.empty())
      conditions.push_back({{"if", required(key.name)}, {"then", {{"maxProperties", 1}}}});
    if (!key.same_as.empty())
      conditions.push_back(
          {{"if", required(key.name)}, {"then", {{"properties", {{key.same_as, nothing()}}}}}});
    if (key.need == Key::Need::no) return;
    Json ways = Json::array({required(key.name)});
    for (const Key& other : mapping.keys)
      if (other.same_as == key.name) ways.push_back(required(other.name));
    if (!key.unless.key.empty())
      ways.push_back(
          {{"properties", {{key.unless.key, {{"const", key.unless.word}}}}}, {"required", {key.unless.key}}});
    if (ways.size() == 1)
      schema["required"].push_back(key.name);
    else
      conditions.push_back({{"anyOf", std::move(ways)}});
  }

  /// Where the chooser names a kind, the maps below have no keys that are not for it.
  void add_kinds(const Mapping& mapping, Json& conditions) {
    for (const Key& key : mapping.keys) {
      if (key.name != mapping.chooser && key.same_as != mapping.chooser) continue;
      for (std::size_t kind = 0; kind < key.value->words.size(); ++kind) {
        const std::string_view word = key.value->words[kind];
        const Json chosen{
            {"anyOf", {{{"const", word}}, {{"type", "array"}, {"contains", {{"const", word}}}}}}};
        conditions.push_back({{"if", {{"properties", {{key.name, chosen}}}, {"required", {key.name}}}},
                              {"then", {{"properties", maps_below(mapping, kind, word)}}}});
      }
    }
  }

  Json maps_below(const Mapping& mapping, std::size_t kind, std::string_view word) {
    Json below = Json::object();
    for (const Key& key : mapping.keys)
      if (key.value->map != nullptr && depends(*key.value->map))
        below[std::string(key.name)] = {{"$ref", narrowed(*key.value->map, kind, word)}};
    return below;
  }

  std::string narrowed(const Mapping& mapping, std::size_t kind, std::string_view word) {
    Json without = Json::object();
    for (const Key& key : mapping.keys)
      if ((key.kinds >> kind & 1U) == 0) without[std::string(key.name)] = nothing();
    const std::string name = fmt::format("{}_for_{}", mapping.name, word);
    definitions_[name] = {{"properties", without}, {"items", {{"properties", without}}}};
    return "#/$defs/" + name;
  }

  Json definitions_ = Json::object();
};

}  // namespace

Json schema_of(const Shape& document, std::string_view title) {
  Schema schema;
  Json whole{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", title}};
  whole.update(schema.of(document));
  whole["$defs"] = std::move(schema).definitions();
  return whole;
}

}  // namespace policy
