#include "config/shape.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/reader.h"
#include "config/text.h"

namespace config {
namespace {

bool is_of(std::string_view text, const Spelling::Form& form) {
  if (!text.starts_with(form.prefix)) return false;
  text.remove_prefix(form.prefix.size());
  if (form.needs_more && text.empty()) return false;
  if (!form.only.empty() && text.find_first_not_of(form.only) != std::string_view::npos) return false;
  if (!form.without.empty() && text.find_first_of(form.without) != std::string_view::npos) return false;
  return form.beside.empty() || text.find_first_not_of(form.beside) != std::string_view::npos;
}

const Key* find_key(const Mapping& mapping, std::string_view name) {
  const auto key = std::find_if(mapping.keys.begin(), mapping.keys.end(),
                                [&](const Key& each) { return each.name == name; });
  return key == mapping.keys.end() ? nullptr : &*key;
}

bool is_for(const Key& key, const Kinds& kinds) { return (key.kinds & kinds.mask) == kinds.mask; }

std::vector<std::string> names_of(const Mapping& mapping, const Kinds& kinds) {
  std::vector<std::string> names;
  for (const Key& key : mapping.keys)
    if (is_for(key, kinds)) names.emplace_back(key.name);
  return names;
}

/// Whether some of the keys are for some kinds only.
bool depends(const Mapping& mapping) {
  return std::any_of(mapping.keys.begin(), mapping.keys.end(),
                     [](const Key& key) { return key.kinds != ~0U; });
}

/// Names the kinds and their keys, so that nobody has to look them up.
[[noreturn]] void fail_key_of_kinds(const Node& key, const Mapping& mapping, const Kinds& kinds) {
  std::vector<std::string_view> names;
  for (std::size_t kind = 0; kind < kinds.words.size(); ++kind)
    if ((kinds.mask >> kind & 1U) != 0) names.push_back(kinds.words[kind]);
  const std::vector<std::string> known = names_of(mapping, kinds);
  const std::string near = nearest(key.scalar, known);
  const bool is_one = names.size() == 1;
  throw BadInput(key.place, fmt::format("unknown key {}: {}{} {} {} {}{}", shown(key.scalar), kinds.noun,
                                        is_one ? "" : "s", fmt::join(names, " and "),
                                        is_one ? "has" : "have in common", fmt::join(known, ", "),
                                        near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
}

[[noreturn]] void fail_key(const Node& key, const Mapping& mapping, const Kinds& kinds) {
  if (kinds.mask != 0 && depends(mapping)) fail_key_of_kinds(key, mapping, kinds);
  const Key* const on = find_key(mapping, "on");
  if (on != nullptr && (key.scalar == "true" || key.scalar == "yes"))
    throw BadInput(
        key.place,
        fmt::format("unknown key '{}': a YAML 1.1 tool probably wrote it for 'on'; the key is '{}'",
                    key.scalar, on->same_as));
  fail_unknown(key, "key", names_of(mapping, kinds));
}

/// The same key in another spelling.
const Node* find_other(const Node& map, const Mapping& mapping, std::string_view name) {
  for (const Key& key : mapping.keys)
    if (key.same_as == name)
      if (const Node* other = find(map, key.name)) return other;
  return nullptr;
}

void check_present(const Node& map, const Mapping& mapping, const Key& key) {
  if (key.need == Key::Need::no || find(map, key.name) != nullptr ||
      find_other(map, mapping, key.name) != nullptr)
    return;
  if (!key.unless.key.empty()) {
    const Node* const freed = find(map, key.unless.key);
    if (freed != nullptr && freed->scalar == key.unless.word) return;
  }
  throw BadInput(map.place, key.if_missing.empty() ? fmt::format("key '{}' is missing", key.name)
                                                   : std::string(key.if_missing));
}

/// Of a word that is none: none, for it is told when the word itself is checked.
unsigned bit_of(const Node& word, const Shape& shape) {
  const std::size_t index = index_of(word, shape);
  return index == shape.words.size() ? 0 : 1U << index;
}

/// What the map itself says about the maps below; otherwise as those above say.
Kinds kinds_below(const Node& map, const Mapping& mapping, const Kinds& above) {
  if (mapping.always.mask != 0) return mapping.always;
  if (mapping.chooser.empty()) return above;
  const Key& key = *find_key(mapping, mapping.chooser);
  const Node* chosen = find(map, key.name);
  if (chosen == nullptr) chosen = find_other(map, mapping, key.name);
  Kinds kinds{0, key.name, key.value->words};
  if (chosen == nullptr) return kinds;
  kinds.mask = bit_of(*chosen, *key.value);
  for (const Node& item : chosen->items) kinds.mask |= bit_of(item, *key.value);
  return kinds;
}

void check_map(const Node& map, const Mapping& mapping, const Kinds& kinds) {
  if (map.entries.empty() && !mapping.if_empty.empty())
    throw BadInput(map.place, std::string(mapping.if_empty));
  const Kinds below = kinds_below(map, mapping, kinds);
  for (const Entry& entry : map.entries) {
    const Key* const key = find_key(mapping, entry.key.scalar);
    if (key == nullptr || !is_for(*key, kinds)) fail_key(entry.key, mapping, kinds);
    if (!key->same_as.empty() && find(map, key->same_as) != nullptr)
      throw BadInput(entry.key.place, fmt::format("'{}' and '{}' are the same key", key->name, key->same_as));
    if (!key->if_with.empty() && map.entries.size() > 1)
      throw BadInput(entry.value.place, std::string(key->if_with));
    check(entry.value, *key->value, below);
  }
  for (const Key& key : mapping.keys) check_present(map, mapping, key);
}

void check_list(const Node& list, const Shape& shape, const Kinds& kinds) {
  if (list.items.empty() && !shape.if_empty.empty()) throw BadInput(list.place, std::string(shape.if_empty));
  if (list.items.size() > shape.most_items)
    throw BadInput(list.place, fmt::format("more than {} of them", shape.most_items));
  for (const Node& item : list.items) check(item, *shape.item, kinds);
}

bool is_set(const Node& word, const Shape& shape) { return shape.has_sets && word.scalar.starts_with('@'); }

void check_table(const Node& table, const Shape& shape, const Kinds& kinds) {
  for (const Entry& entry : table.entries) {
    if (shape.names != nullptr && !is_set(entry.key, shape))
      check_spelling(entry.key.scalar, *shape.names, entry.key.place);
    check(entry.value, *shape.value, kinds);
  }
}

void check_scalar(const Node& node, const Shape& shape) {
  if (is_set(node, shape)) return;
  switch (shape.scalar) {
    case Shape::Scalar::none:
      fail_type(node, shape.noun);
    case Shape::Scalar::text:
      if (shape.spelling != nullptr) check_spelling(node.scalar, *shape.spelling, node.place);
      return;
    case Shape::Scalar::boolean:
      (void)read_bool(node);
      return;
    case Shape::Scalar::number:
      (void)read_unsigned(node, shape.least, shape.most);
      return;
    case Shape::Scalar::range:
      (void)read_range(node.scalar, node.place, shape.least, shape.most);
      return;
    case Shape::Scalar::word:
      if (index_of(node, shape) == shape.words.size())
        fail_unknown(node, "word", {shape.words.begin(), shape.words.end()});
      return;
    case Shape::Scalar::version:
      if (node.scalar != "1") fail_type(node, shape.noun);
      return;
    case Shape::Scalar::instant:
      (void)read_instant(node);
  }
}

}  // namespace

void check(const Node& node, const Shape& shape, const Kinds& kinds) {
  if (node.kind == Node::Kind::scalar) return check_scalar(node, shape);
  if (node.kind == Node::Kind::sequence && shape.item != nullptr) return check_list(node, shape, kinds);
  if (node.kind == Node::Kind::map && shape.map != nullptr) return check_map(node, *shape.map, kinds);
  if (node.kind == Node::Kind::map && shape.value != nullptr) return check_table(node, shape, kinds);
  fail_type(node, shape.noun);
}

bool is_spelled(std::string_view text, const Spelling& spelling) {
  if (!spelling.not_prefix.empty() && text.starts_with(spelling.not_prefix)) return false;
  return std::any_of(spelling.forms.begin(), spelling.forms.end(),
                     [&](const Spelling::Form& form) { return is_of(text, form); });
}

void check_spelling(std::string_view text, const Spelling& spelling, const Place& place) {
  if (!is_spelled(text, spelling))
    throw BadInput(place, fmt::format("{}; found {}", spelling.is, shown(text)));
}

std::size_t index_of(const Node& word, const Shape& shape) {
  const auto found = std::find(shape.words.begin(), shape.words.end(), word.scalar);
  return static_cast<std::size_t>(found - shape.words.begin());
}

const Node* find(const Node& map, std::string_view key) {
  for (const Entry& entry : map.entries)
    if (entry.key.scalar == key) return &entry.value;
  return nullptr;
}

}  // namespace config
