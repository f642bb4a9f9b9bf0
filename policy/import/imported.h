#pragma once
/// Rules on their way from another program's format to ours, and what became of each.

#include <string>
#include <utility>
#include <vector>

#include "config/node.h"
#include "policy/decision.h"

namespace policy {

/// Of a rule as imported, against what it decided where it was written, for a command that the agent starts.
/// That ours also hold for what a command starts, and for a program under other names, is not counted.
enum class Fidelity {
  exact,
  widened,   ///< it decides more
  narrowed,  ///< it decides less
  dropped,   ///< there is no such rule
};
const char* name_of(Fidelity fidelity);

/// What became of one thing that the source says.
struct ImportNote {
  config::Place place;  ///< in the source
  std::string what;     ///< as it was written: `permissions.deny[3] "Bash(git push:*)"`
  Fidelity fidelity = Fidelity::exact;
  std::string why = {};  ///< for people; empty only where it is exact
};

struct ImportedExample {
  std::string text;
  config::Place place;
};

struct ImportedRule {
  ImportNote note;
  std::string id;  ///< made unique when it is added
  std::vector<std::string> events;
  config::Node when;  ///< as `when` is written; an empty map: always
  Verdict verdict = Verdict::allow;
  std::string reason = {};
  std::vector<ImportedExample> match = {}, no_match = {};
};

/// Words that rules name together, `@name`.
struct ImportedSet {
  std::string name;
  std::vector<std::string> words;
  std::string why;
};

/// A rules file in the making.
struct ImportDraft {
  std::string title;  ///< what it comes from: "Codex's rules, default.rules"
  std::vector<std::pair<std::string, Verdict>> defaults;
  std::vector<ImportedSet> sets;
  std::vector<std::pair<std::string, std::vector<std::string>>> programs;  ///< and where they may lie
  std::vector<ImportedRule> rules;
  std::vector<ImportNote> notes;  ///< on what became no rule
};

/// Of the letters and digits in the words, divided by dots; what is long is cut.
std::string id_of(const std::vector<std::string>& words);

/// The file, comments that say where each rule comes from included. Identifiers that are there twice get a
/// number behind them.
std::string yaml_text(ImportDraft& draft);

}  // namespace policy
