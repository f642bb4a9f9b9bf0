#pragma once
/// Which of many rules can speak about an event at all: by the program that they name and the first word that
/// they want. It leaves none out that matches.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policy/rule.h"

namespace policy {

class RuleIndex {
 public:
  using Number = std::uint32_t;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  template <class Value>
  using Table = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;

  void add(Number number, const Rule& rule);
  /// Ascending, each once. `tables` are the ways in which rules read words.
  [[nodiscard]] std::vector<Number> candidates(const std::vector<Face>& faces,
                                               const std::vector<const ProgramTable*>& tables) const;

 private:
  using Numbers = std::vector<Number>;
  struct Bucket {
    Numbers always;
    Table<Numbers> by_first_word;
  };
  static void add_to(Bucket& bucket, Number number, const ProgramMatcher& matcher);
  static void collect(const Bucket& bucket, const Face& face, const std::vector<const ProgramTable*>& tables,
                      Numbers& found);

  Table<Bucket> by_program_;
  Bucket any_program_;
};

}  // namespace policy
