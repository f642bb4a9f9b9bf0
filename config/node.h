#pragma once
/// YAML as it was written: a tree of values, each with its place. No yaml-cpp type leaves yaml.cc.

#include <string>
#include <string_view>
#include <vector>

#include "sandbox/sys/error.h"

namespace config {

struct Place {
  std::string file;
  int line = 0;    ///< from 1; 0: the whole file
  int column = 0;  ///< from 1, in bytes
};
/// "rules.yaml:14:5".
std::string text_of(const Place& place);

/// What the owner wrote is wrong: "rules.yaml:14:5: unknown key 'evnt'; did you mean 'event'?".
class BadInput : public sys::Error {
 public:
  BadInput(const Place& place, const std::string& sentence);
  [[nodiscard]] const Place& place() const { return place_; }

 private:
  Place place_;
};

struct Entry;

struct Node {
  enum class Kind { scalar, sequence, map };
  Kind kind = Kind::scalar;
  Place place;
  std::string scalar;
  bool quoted = false;         ///< "yes" is a string, yes is a boolean
  std::vector<Node> items;     ///< of a sequence
  std::vector<Entry> entries;  ///< of a map, in the order written; no key twice
};

struct Entry {
  Node key;  ///< a scalar
  Node value;
};

/// Strict: duplicate keys, anchors, aliases, tags, nulls, several documents, NUL bytes, invalid UTF-8, more
/// than 64 levels or 8 MiB are errors that name the place. An empty text is an empty map.
Node read_yaml(std::string_view text, const std::string& file);

/// The word of `known` nearest to `word` (an edit or two away, or a known confusion); empty when none is
/// near.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace config
