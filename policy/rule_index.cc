#include "policy/rule_index.h"

#include <algorithm>

namespace policy {
namespace {

bool is_literal(const ProgramPattern& pattern) {
  return pattern.kind == ProgramPattern::Kind::name || pattern.kind == ProgramPattern::Kind::path;
}

/// The words that the rule may begin with; none when it may be any.
std::vector<std::string> first_words(const ProgramMatcher& matcher) {
  std::vector<std::string> words;
  if (!matcher.args || matcher.args->front().any_words) return words;
  for (const WordGlob& glob : matcher.args->front().alternatives) {
    if (!glob.literal()) return {};
    words.push_back(*glob.literal());
  }
  return words;
}

}  // namespace

void RuleIndex::add(Number number, const Rule& rule) {
  if (rule.when.empty()) any_program_.always.push_back(number);
  for (const Matcher& matcher : rule.when) {
    const ProgramMatcher& program = matcher.program;
    if (program.programs.empty() ||
        !std::all_of(program.programs.begin(), program.programs.end(), is_literal)) {
      add_to(any_program_, number, program);
    } else {
      for (const ProgramPattern& pattern : program.programs)
        add_to(by_program_[pattern.text], number, program);
    }
  }
}

void RuleIndex::add_to(Bucket& bucket, Number number, const ProgramMatcher& matcher) {
  const std::vector<std::string> words = first_words(matcher);
  if (words.empty()) bucket.always.push_back(number);
  for (const std::string& word : words) bucket.by_first_word[word].push_back(number);
}

void RuleIndex::collect(const Bucket& bucket, const Face& face,
                        const std::vector<const ProgramTable*>& tables, Numbers& found) {
  found.insert(found.end(), bucket.always.begin(), bucket.always.end());
  if (bucket.by_first_word.empty()) return;
  for (const ProgramTable* table : tables) {
    for (const Positional& word : face.words(*table).positionals) {
      const auto numbers = bucket.by_first_word.find(word.text);
      if (numbers != bucket.by_first_word.end())
        found.insert(found.end(), numbers->second.begin(), numbers->second.end());
      if (!word.maybe_value) break;
    }
  }
}

std::vector<RuleIndex::Number> RuleIndex::candidates(const std::vector<Face>& faces,
                                                     const std::vector<const ProgramTable*>& tables) const {
  Numbers found;
  for (const Face& face : faces) {
    collect(any_program_, face, tables, found);
    for (const std::string_view name : face.names()) {
      const auto bucket = by_program_.find(name);
      if (bucket != by_program_.end()) collect(bucket->second, face, tables, found);
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace policy
