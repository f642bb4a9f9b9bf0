#pragma once
/// Words as one line: "-n=5 --all | a b?", where "?" stands behind what may also be read in another way.

#include <string>
#include <vector>

#include "policy/words.h"

namespace tests {

inline std::string described(const std::vector<std::string>& argv, const policy::Grammar& grammar) {
  const policy::Words words = policy::read_words(argv, 1, grammar);
  std::string text;
  for (const policy::Option& option : words.options) {
    text += std::string(option.name);
    if (option.value) text += "=" + std::string(*option.value);
    if (option.maybe_value || option.maybe_letter) text += "?";
    text += " ";
  }
  text += "|";
  for (const policy::Positional& word : words.positionals)
    text += " " + std::string(word.text) + (word.maybe_value ? "?" : "");
  return text;
}

}  // namespace tests
