#include "policy/word_resolver.h"

#include <utility>

#include "config/new_node.h"
#include "policy/file_pattern.h"
#include "policy/rules_shape.h"

namespace policy {
namespace {

using config::Node;
using config::Shape;

Node list_of(std::vector<Node> items) {
  Node list;
  list.kind = Node::Kind::sequence;
  list.items = std::move(items);
  return list;
}

class WordResolver {
 public:
  WordResolver(const Sets& sets, const Surroundings& surroundings)
      : sets_(sets), surroundings_(surroundings) {}

  Node resolve(const Node& node, const Shape& shape) const {
    if (node.kind == Node::Kind::scalar) return value(node, shape);
    Node resolved;
    resolved.kind = node.kind;
    resolved.place = node.place;
    for (const Node& item : node.items) add_item(item, *shape.item, resolved);
    for (const config::Entry& entry : node.entries)
      resolved.entries.push_back(shape.map != nullptr ? known(entry, *shape.map) : owners(entry, shape));
    return resolved;
  }

 private:
  config::Entry known(const config::Entry& entry, const config::Mapping& mapping) const {
    for (const config::Key& key : mapping.keys)
      if (key.name == entry.key.scalar) return {entry.key, resolve(entry.value, *key.value)};
    return entry;
  }

  /// Of a set, the first word counts here.
  config::Entry owners(const config::Entry& entry, const Shape& table) const {
    config::Entry resolved{entry.key, resolve(entry.value, *table.value)};
    if (const auto* set = set_of(entry.key, table)) resolved.key = config::text_node(set->front());
    return resolved;
  }

  /// A set that stands by itself is a list; where a list of lists may stand, it is one of its lists.
  Node value(const Node& node, const Shape& shape) const {
    std::vector<Node> words = words_of(node, shape);
    if (words.size() == 1 && set_of(node, shape) == nullptr) return std::move(words.front());
    Node list = list_of(std::move(words));
    return shape.item != nullptr && shape.item->item != nullptr ? list_of({std::move(list)}) : list;
  }

  void add_item(const Node& item, const Shape& shape, Node& list) const {
    if (item.kind != Node::Kind::scalar) {
      list.items.push_back(resolve(item, shape));
      return;
    }
    std::vector<Node> words = words_of(item, shape);
    const bool is_one = words.size() == 1 && set_of(item, shape) == nullptr;
    if (shape.item != nullptr && !is_one) {
      list.items.push_back(list_of(std::move(words)));
      return;
    }
    for (Node& word : words) list.items.push_back(std::move(word));
  }

  [[nodiscard]] const std::vector<std::string>* set_of(const Node& word, const Shape& shape) const {
    if (!shape.has_sets || !word.scalar.starts_with('@')) return nullptr;
    return &sets_.find(std::string_view(word.scalar).substr(1))->second;
  }

  [[nodiscard]] std::vector<Node> words_of(const Node& node, const Shape& shape) const {
    std::vector<Node> words;
    const auto* const set = set_of(node, shape);
    if (set == nullptr) {
      add_word(node, shape, words);
    } else {
      for (const std::string& word : *set) add_word(config::text_node(word), shape, words);
    }
    return words;
  }

  void add_word(const Node& word, const Shape& shape, std::vector<Node>& words) const {
    const bool is_program = shape.spelling == &program_spelling;
    if (shape.spelling == &file_spelling || (is_program && is_file_glob(word.scalar))) {
      for (const std::string& text : written_out(word.scalar, surroundings_))
        words.push_back(config::text_node(text));
    } else {
      words.push_back(word);
    }
  }

  static bool is_file_glob(const std::string& program) {
    return program.find('/') != std::string::npos && !WordGlob(program).literal();
  }

  const Sets& sets_;
  const Surroundings& surroundings_;
};

}  // namespace

Node resolve_words(const Node& node, const Shape& shape, const Sets& sets, const Surroundings& surroundings) {
  return WordResolver(sets, surroundings).resolve(node, shape);
}

}  // namespace policy
