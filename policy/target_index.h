#pragma once
/// Which of many rules can speak about a file or a connection at all: by a name that the path must have in
/// it, by the host, or by its network. It leaves none out that matches.

#include <string>
#include <string_view>
#include <vector>

#include "policy/rule_index.h"

namespace policy {

class TargetIndex {
 public:
  using Number = RuleIndex::Number;

  void add(Number number, const Rule& rule);
  /// Ascending, each once.
  [[nodiscard]] std::vector<Number> candidates(const FileEvent& event) const;
  [[nodiscard]] std::vector<Number> candidates(const NetEvent& event) const;

 private:
  using Numbers = std::vector<Number>;
  void collect(std::string_view key, Numbers& found) const;

  RuleIndex::Table<Numbers> by_key_;
  Numbers always_;
  std::vector<unsigned> prefixes_;  ///< of the networks, each once
};

}  // namespace policy
