#pragma once
/// What a file of ours may hold, as constant data: what it is read by and what its schema is made of.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "config/node.h"

namespace config {

/// How a text is spelled: as one of the forms.
struct Spelling {
  struct Form {
    std::string_view prefix = {};
    std::string_view only = {};     ///< behind the prefix stand these characters; empty: any
    std::string_view without = {};  ///< behind the prefix none of these stands
    std::string_view beside = {};   ///< behind the prefix stands one that is none of these
    bool needs_more = true;         ///< something stands behind the prefix
  };
  std::span<const Form> forms;
  std::string_view is;               ///< "an option's name begins with '-'"
  std::string_view not_prefix = {};  ///< it does not begin so, whatever the form
};

struct Mapping;

/// Which kinds a map is for, and what they are called.
struct Kinds {
  unsigned mask = 0;  ///< none: whichever
  std::string_view noun = {};
  std::span<const std::string_view> words = {};
};

/// What a value may be: a scalar, a list, a map, or any of them that is stated.
struct Shape {
  enum class Scalar {
    none,
    text,
    boolean,
    number,   ///< from `least` to `most`
    range,    ///< such a number, or "least-most"
    word,     ///< one of `words`
    version,  ///< 1
    instant,  ///< 2026-12-31, or 2026-12-31T18:00Z: in UTC
  };
  std::string_view noun;  ///< for messages: "a list of rules"
  Scalar scalar = Scalar::none;
  const Spelling* spelling = nullptr;  ///< of a text
  std::span<const std::string_view> words = {};
  std::uint64_t least = 0, most = UINT64_MAX;
  bool has_sets = false;        ///< "@name", also for one of the owner's words, stands for the words of a set
  const Shape* item = nullptr;  ///< a list of these; a scalar or map in its place is a list of one
  std::size_t most_items = SIZE_MAX;
  std::string_view if_empty = {};   ///< why the list must hold something; empty: it need not
  const Mapping* map = nullptr;     ///< a map with keys that are known
  const Shape* value = nullptr;     ///< a map from the owner's words to these
  const Spelling* names = nullptr;  ///< of the owner's words
};

struct Key {
  std::string_view name;
  const Shape* value;
  std::string_view about;  ///< one line, for the schema

  enum class Need { no, yes };
  Need need = Need::no;
  /// Where the map's `key` is `word`, this one is not needed.
  struct Unless {
    std::string_view key, word;
  } unless = {};
  std::string_view if_missing = {};  ///< in place of "key 'id' is missing"
  std::string_view same_as = {};     ///< another spelling of that key
  std::string_view if_with = {};     ///< why no other key may stand beside it; empty: others may
  unsigned kinds = ~0U;              ///< bits: in a map for a kind that is not among them, it must not stand
};

struct Mapping {
  std::string_view name;  ///< in the schema
  std::span<const Key> keys;
  std::string_view if_empty = {};  ///< why it must hold something; empty: it need not
  /// The key whose words, by their number, say which kinds the maps below are for.
  std::string_view chooser = {};
  /// Where no key says it: the maps below are for these.
  Kinds always = {};
};

/// Throws BadInput at the first place that is not of the shape.
void check(const Node& node, const Shape& shape, const Kinds& kinds = {});
void check_spelling(std::string_view text, const Spelling& spelling, const Place& place);
bool is_spelled(std::string_view text, const Spelling& spelling);

/// The number of the word that a checked node holds.
std::size_t index_of(const Node& word, const Shape& shape);
/// What a map has at the key; nullptr when it is not there.
const Node* find(const Node& map, std::string_view key);

}  // namespace config
