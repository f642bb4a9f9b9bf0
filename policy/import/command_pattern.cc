#include "policy/import/command_pattern.h"

#include <algorithm>
#include <map>
#include <set>

#include "config/new_node.h"
#include "policy/built_in.h"
#include "policy/file_pattern.h"
#include "policy/glob.h"
#include "policy/import/code_variables.h"
#include "policy/matcher.h"
#include "policy/words.h"

namespace policy {
namespace {

using config::Node;
using Entries = std::vector<std::pair<std::string, Node>>;

/// More ways to say the same are not written out.
constexpr std::size_t max_variants = 32;

bool is_literal(const std::string& glob) { return WordGlob(glob).literal().has_value(); }
std::string literal_of(const std::string& glob) { return WordGlob(glob).literal().value_or(glob); }

/// Letters are bytes to a program: those of other alphabets come apart in "-é".
bool is_of_an_option(char c) { return c > ' ' && c < '\x7F' && c != '='; }

bool is_option(const std::string& glob) { return glob.size() > 1 && glob.front() == '-'; }
bool has_option(const PatternWord& word) {
  return std::any_of(word.globs.begin(), word.globs.end(), is_option);
}

Node words_node(const std::vector<PatternWord>& words, bool is_open) {
  Node list;
  list.kind = Node::Kind::sequence;
  for (const PatternWord& word : words) {
    if (word.any_words)
      list.items.push_back(config::text_node("**"));
    else
      list.items.push_back(word.globs.size() == 1 ? config::text_node(word.globs.front())
                                                  : config::list_node(word.globs));
  }
  if (is_open && (words.empty() || !words.back().any_words)) list.items.push_back(config::text_node("**"));
  return list;
}

Entries program_entries(const CommandPattern& pattern) {
  if (pattern.programs.empty()) return {};
  const bool is_one = pattern.programs.size() == 1;
  return {{"program",
           is_one ? config::text_node(pattern.programs.front()) : config::list_node(pattern.programs)}};
}

void add_env(const CommandPattern& pattern, bool is_allow, Entries& entries) {
  Entries env;
  Entries equals;
  if (is_allow) env.emplace_back("none", config::list_node({code_variables_name}));
  for (const auto& [name, value] : pattern.env) equals.emplace_back(name, config::text_node(value));
  if (!equals.empty()) env.emplace_back("equals", config::map_node(std::move(equals)));
  if (!env.empty()) entries.emplace_back("env", config::map_node(std::move(env)));
}

Node verbatim_matcher(const CommandPattern& pattern, bool is_allow) {
  Entries entries = program_entries(pattern);
  if (!pattern.words.empty() || !pattern.is_open)
    entries.emplace_back("verbatim", words_node(pattern.words, pattern.is_open));
  if (is_allow && pattern.in_workspace) entries.emplace_back("writable_program", config::bare_node("true"));
  add_env(pattern, is_allow, entries);
  return config::map_node(std::move(entries));
}

Grammar grammar_of(const CommandPattern& pattern) {
  const Program* const program =
      pattern.programs.empty() ? nullptr : built_in_program(literal_of(pattern.programs.front()));
  return program == nullptr ? Grammar() : program->grammar;
}

/// Words that are no options, each a literal or a glob.
bool is_plain(const CommandPattern& pattern) {
  return grammar_of(pattern).style != Style::letters &&
         std::none_of(pattern.words.begin(), pattern.words.end(), has_option);
}

/// It hangs on places that options have a part in or end: what is anywhere between, "--", and wildcards that
/// may stand for an option.
bool hangs_on_places(const CommandPattern& pattern) {
  const auto hangs = [](const std::string& glob) {
    return glob == "--" || (!is_literal(glob) && (glob.starts_with('-') || glob.starts_with('*')));
  };
  return std::any_of(pattern.words.begin(), pattern.words.end(), [&](const PatternWord& word) {
    return word.any_words || std::any_of(word.globs.begin(), word.globs.end(), hangs);
  });
}

/// The places that hold options, each alternative written out.
std::vector<CommandPattern> variants_of(const CommandPattern& pattern) {
  std::vector<CommandPattern> variants{pattern};
  for (std::size_t place = 0; place < pattern.words.size(); ++place) {
    if (!has_option(pattern.words[place])) continue;
    std::vector<CommandPattern> more;
    for (const CommandPattern& variant : variants) {
      for (const std::string& glob : pattern.words[place].globs) {
        more.push_back(variant);
        more.back().words[place].globs = {glob};
      }
    }
    variants = std::move(more);
    if (variants.size() > max_variants) return {};
  }
  return variants;
}

/// As the program reads the words: what they say, in whatever order.
class Reading {
 public:
  explicit Reading(const CommandPattern& pattern) : pattern_(pattern) {
    argv_.emplace_back(pattern.programs.empty() ? "" : literal_of(pattern.programs.front()));
    for (const PatternWord& word : pattern.words) argv_.push_back(literal_of(word.globs.front()));
  }

  /// Nothing where an option has a name that rules cannot say.
  std::optional<Node> matcher() {
    const Grammar grammar = grammar_of(pattern_);
    const Words words = read_words(argv_, 1, grammar);
    std::vector<PatternWord> args;
    for (const Positional& word : words.positionals) args.push_back(*place_of(word.text));
    for (const Option& option : words.options) add(option);
    if (!is_sayable_) return std::nullopt;
    Entries entries = program_entries(pattern_);
    if (!args.empty()) entries.emplace_back("args", words_node(args, false));
    Entries options;
    if (!names_.empty()) options.emplace_back("all", names_node());
    if (!values_.empty()) options.emplace_back("values", values_node());
    if (!options.empty()) entries.emplace_back("options", config::map_node(std::move(options)));
    if (!pattern_.is_open) entries.emplace_back("argc", config::bare_node(std::to_string(args.size())));
    add_env(pattern_, false, entries);
    return config::map_node(std::move(entries));
  }

 private:
  /// The place whose word this is, not a part of one.
  [[nodiscard]] const PatternWord* place_of(std::string_view text) const {
    for (std::size_t at = 1; at < argv_.size(); ++at)
      if (argv_[at].data() == text.data()) return &pattern_.words[at - 1];
    return nullptr;
  }

  void add(const Option& option) {
    const std::string name(option.maybe_letter ? option.word : option.name);
    is_sayable_ = is_sayable_ && std::all_of(name.begin(), name.end(), is_of_an_option);
    if (!option.value) {
      names_.insert(name);
      return;
    }
    const PatternWord* const place = place_of(*option.value);
    is_sayable_ = is_sayable_ && (place != nullptr || takes_next_word(option));
    const std::vector<std::string> globs =
        place != nullptr ? place->globs : std::vector<std::string>{literal_glob(*option.value)};
    std::vector<std::string>& values = values_[name];
    values.insert(values.end(), globs.begin(), globs.end());
  }

  /// A rule that names an option's value says that the next word is one; of `--flag=yes` that is not known.
  [[nodiscard]] bool takes_next_word(const Option& option) const {
    std::vector<std::string> argv;
    for (const std::string& word : argv_) {
      if (word.data() != option.word.data()) {
        argv.push_back(word);
        continue;
      }
      argv.emplace_back(option.name);
      argv.emplace_back(*option.value);
      break;
    }
    const Words words = read_words(argv, 1, grammar_of(pattern_));
    return std::any_of(words.options.begin(), words.options.end(), [&](const Option& other) {
      return other.value && other.value->data() == argv.back().data();
    });
  }

  [[nodiscard]] Node names_node() const {
    Node list;
    list.kind = Node::Kind::sequence;
    for (const std::string& name : names_) list.items.push_back(config::list_node({name}));
    return list;
  }

  [[nodiscard]] Node values_node() const {
    Entries entries;
    for (const auto& [name, globs] : values_) entries.emplace_back(name, config::list_node(globs));
    return config::map_node(std::move(entries));
  }

  const CommandPattern& pattern_;
  std::vector<std::string> argv_;
  std::set<std::string> names_;
  std::map<std::string, std::vector<std::string>> values_;
  bool is_sayable_ = true;
};

bool is_same(const Node& one, const Node& other) {
  return one.kind == other.kind && one.scalar == other.scalar &&
         std::equal(one.items.begin(), one.items.end(), other.items.begin(), other.items.end(), is_same) &&
         std::equal(one.entries.begin(), one.entries.end(), other.entries.begin(), other.entries.end(),
                    [](const config::Entry& left, const config::Entry& right) {
                      return left.key.scalar == right.key.scalar && is_same(left.value, right.value);
                    });
}

constexpr const char* options_anywhere = "options may stand anywhere among these words";

}  // namespace

std::string literal_glob(std::string_view word) {
  const std::string glob = glob_quoted(word);
  return glob.starts_with('@') ? "\\" + glob : glob;
}

std::optional<std::string> program_pattern(std::string_view called, Verdict verdict) {
  std::string pattern(called);
  if (called.find('/') != std::string_view::npos && !called.starts_with('/')) {
    if (called.starts_with("./")) called.remove_prefix(2);
    pattern = (verdict == Verdict::allow ? "${workspace}/" : "**/") + std::string(called);
  }
  try {
    const WordGlob checked(pattern);
    if (pattern.find('/') == std::string::npos)
      return pattern.empty() ? std::nullopt : std::optional(pattern);
    const FilePattern checked_file(pattern, {"/", {"/"}, {}});
    return pattern;
  } catch (const sys::Error&) {
    return std::nullopt;
  }
}

Node narrow_matcher(const CommandPattern& pattern) { return verbatim_matcher(pattern, true); }

WideMatchers wide_matchers(const CommandPattern& pattern) {
  WideMatchers made{verbatim_matcher(pattern, false)};
  if (hangs_on_places(pattern) || (pattern.words.empty() && pattern.is_open)) return made;
  if (is_plain(pattern)) return {*Reading(pattern).matcher(), Fidelity::widened, options_anywhere};
  std::vector<Node> readings;
  for (const CommandPattern& variant : variants_of(pattern)) {
    std::optional<Node> reading = Reading(variant).matcher();
    const auto same = [&](const Node& other) { return is_same(*reading, other); };
    if (reading && std::none_of(readings.begin(), readings.end(), same))
      readings.push_back(std::move(*reading));
  }
  if (readings.empty()) return made;
  Node list;
  list.kind = Node::Kind::sequence;
  list.items = std::move(readings);
  list.items.push_back(std::move(made.when));
  return {std::move(list), Fidelity::widened, std::string(options_anywhere) + ", in any order"};
}

}  // namespace policy
