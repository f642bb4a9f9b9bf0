#pragma once
/// Commands as the rules of other programs name them, word by word, and the matchers that ours have for them.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/node.h"
#include "policy/import/imported.h"

namespace policy {

/// One place: alternatives, each a glob as rules write them; or any number of words.
struct PatternWord {
  std::vector<std::string> globs;
  bool any_words = false;
};

struct CommandPattern {
  std::vector<std::string> programs;  ///< as `program` takes them; empty: any
  bool in_workspace = false;          ///< they are files of the workspace, which the agent may change
  std::vector<PatternWord> words;     ///< those behind the program's name
  bool is_open = true;                ///< others may follow
  std::vector<std::pair<std::string, std::string>> env = {};  ///< globs: names and values
};

/// A word that means itself.
std::string literal_glob(std::string_view word);

/// How a rule names the program that is called so: nothing for what no rule can name. A program that is
/// called by a relative path is one of the workspace to an allow, and any that lies so to the others.
std::optional<std::string> program_pattern(std::string_view called, Verdict verdict);

/// Exactly these words, and no variable that brings other code into the program.
config::Node narrow_matcher(const CommandPattern& pattern);

struct WideMatchers {
  config::Node when;
  Fidelity fidelity = Fidelity::exact;  ///< or widened
  std::string why = {};
};
/// Everything that the pattern matches; where the words are plain, also with options between and in another
/// order, for that is the same command.
WideMatchers wide_matchers(const CommandPattern& pattern);

}  // namespace policy
