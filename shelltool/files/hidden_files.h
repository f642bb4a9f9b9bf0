#pragma once
/// Rules on reading, applied to what a search has found.

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "shelltool/files/judge.h"
#include "shelltool/files/walk.h"

namespace shelltool::files {

/// For paths below `root`: the rule that denies reading each; empty where none does.
std::vector<std::string> hiding_rules(const std::string& root, const std::vector<std::string>& paths,
                                      const Judge& judge);

/// Drops the items whose `path` a rule hides, and tells how many, by rule.
template <class Item>
std::vector<Counted> drop_hidden(std::vector<Item>& items, const std::string& root, const Judge& judge) {
  std::vector<std::string> paths;
  for (const Item& item : items) paths.push_back(item.path);
  const std::vector<std::string> rules = hiding_rules(root, paths, judge);
  std::vector<Counted> hidden;
  std::vector<Item> kept;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (rules[i].empty()) {
      kept.push_back(std::move(items[i]));
      continue;
    }
    auto known =
        std::find_if(hidden.begin(), hidden.end(), [&](const Counted& one) { return one.what == rules[i]; });
    if (known == hidden.end()) known = hidden.insert(hidden.end(), {rules[i], 0});
    ++known->count;
  }
  items.swap(kept);
  return hidden;
}

}  // namespace shelltool::files
