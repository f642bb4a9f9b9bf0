#include "policy/word_matcher.h"

#include <algorithm>
#include <iterator>

#include "config/text.h"

namespace policy {
namespace {

bool match_any(const std::vector<WordGlob>& globs, std::string_view word) {
  return std::any_of(globs.begin(), globs.end(), [&](const WordGlob& glob) { return glob.matches(word); });
}

/// The states of a run over the words: bit N says that the first N patterns may have been met.
class ArgsRun {
 public:
  explicit ArgsRun(const std::vector<ArgPattern>& patterns) : patterns_(patterns) { settle(); }

  [[nodiscard]] bool done() const { return (states_ >> patterns_.size() & 1) != 0; }
  [[nodiscard]] bool dead() const { return states_ == 0; }

  void take(std::string_view word, bool may_skip) {
    std::uint64_t next = may_skip ? states_ : 0;
    for (std::size_t state = 0; state < patterns_.size(); ++state) {
      const std::uint64_t bit = std::uint64_t{1} << state;
      if ((states_ & bit) == 0) continue;
      if (patterns_[state].any_words)
        next |= bit;
      else if (match_any(patterns_[state].alternatives, word))
        next |= bit << 1;
    }
    states_ = next;
    settle();
  }

 private:
  /// "**" is met by no words too.
  void settle() {
    for (std::size_t state = 0; state < patterns_.size(); ++state) {
      const std::uint64_t bit = std::uint64_t{1} << state;
      if ((states_ & bit) != 0 && patterns_[state].any_words) states_ |= bit << 1;
    }
  }

  const std::vector<ArgPattern>& patterns_;
  std::uint64_t states_ = 1;
};

/// One reading of "this option is there".
class Presence {
 public:
  Presence(const Words& words, const Grammar& grammar, Reach reach)
      : words_(words), grammar_(grammar), reach_(reach) {}

  [[nodiscard]] bool is(const Option& option, std::string_view name) const {
    if (reach_ == Reach::wide)
      return option.name == name || option.word == name || same_behind_dash(option, name) ||
             shortens(option, name);
    if (option.maybe_value) return false;
    return option.word == name || (option.name == name && !option.maybe_letter) ||
           same_behind_dash(option, name);
  }

  [[nodiscard]] bool has(std::string_view name) const {
    const auto given = [&](const Option& option) { return is(option, name); };
    if (std::none_of(words_.options.begin(), words_.options.end(), given)) return false;
    return reach_ == Reach::wide || (!switched_off(name) && !taken_back(name));
  }

  [[nodiscard]] bool has_any(const std::vector<std::string>& names) const {
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return has(name); });
  }

 private:
  /// Programs with single dashes take "--opt" for "-opt".
  [[nodiscard]] bool same_behind_dash(const Option& option, std::string_view name) const {
    if (grammar_.style != Style::single_dash) return false;
    const auto bare = [](std::string_view text) {
      return text.substr(std::min(text.find_first_not_of('-'), text.size()));
    };
    return bare(option.name) == bare(name);
  }

  /// "--forc" for "--force", and also "--f": whether that is enough for the program depends on all its
  /// options, and where it is not, the program refuses it itself.
  [[nodiscard]] bool shortens(const Option& option, std::string_view name) const {
    return (grammar_.style == Style::gnu || grammar_.style == Style::letters) && option.name.size() > 2 &&
           option.name.starts_with("--") && name.starts_with(option.name) && !option.listed &&
           !grammar_.named.contains(option.name);
  }

  /// "--x=false", and "--x false" where that may be said so: the option stands there, and does not hold; some
  /// programs take the last one that is given.
  [[nodiscard]] bool switched_off(std::string_view name) const {
    const Presence widely(words_, grammar_, Reach::wide);
    return std::any_of(words_.options.begin(), words_.options.end(), [&](const Option& option) {
      if (!widely.is(option, name)) return false;
      const std::size_t equals = option.word.find('=');
      return (equals != option.word.npos && is_negative(option.word.substr(equals + 1))) ||
             (option.next && is_negative(*option.next)) || (option.value && is_negative(*option.value));
    });
  }

  static bool is_negative(std::string_view word) {
    constexpr std::string_view negatives[] = {"false", "no", "off", "none", "never", "0", "f", "n"};
    const std::string value = config::lower(word);
    return std::find(std::begin(negatives), std::end(negatives), value) != std::end(negatives);
  }

  /// "--no-x" anywhere, also shortened, leaves it open whether "--x" holds; and whether "-x" does, which may
  /// be short for whatever an option takes back that nobody has listed.
  [[nodiscard]] bool taken_back(std::string_view name) const {
    return std::any_of(words_.options.begin(), words_.options.end(), [&](const Option& option) {
      if (!option.name.starts_with("--no-") || option.name.size() == 5) return false;
      return name.starts_with("--") ? name.substr(2).starts_with(option.name.substr(5)) : !option.listed;
    });
  }

  const Words& words_;
  const Grammar& grammar_;
  Reach reach_;
};

bool match_only(const std::vector<std::string>& names, const Words& words, const Presence& presence) {
  return std::all_of(words.options.begin(), words.options.end(), [&](const Option& option) {
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return presence.is(option, name); });
  });
}

/// "-v=x": of the value "=x" some programs take "x".
bool fits_behind_equals(const std::vector<WordGlob>& values, std::string_view value) {
  return value.starts_with('=') && match_any(values, value.substr(1));
}

bool match_values(std::string_view name, const std::vector<WordGlob>& values, const Words& words,
                  const Grammar& grammar, Reach reach) {
  const Presence presence(words, grammar, reach);
  const Presence widely(words, grammar, Reach::wide);
  bool given = false;
  for (const Option& option : words.options) {
    if (!widely.is(option, name)) continue;
    const bool fits = option.value && match_any(values, *option.value);
    const bool may_fit = fits || (option.next && !option.listed && match_any(values, *option.next)) ||
                         (option.value && fits_behind_equals(values, *option.value));
    if (reach == Reach::wide && may_fit) return true;
    if (reach == Reach::narrow && !fits) return false;
    given = given || presence.is(option, name);
  }
  return reach == Reach::narrow && given;
}

}  // namespace

bool match_args(const std::vector<ArgPattern>& patterns, const Words& words, Reach reach) {
  ArgsRun run(patterns);
  for (const Positional& word : words.positionals) {
    if (run.done()) return true;
    if (run.dead() || (word.maybe_value && reach == Reach::narrow)) return false;
    run.take(word.text, word.maybe_value);
  }
  return run.done();
}

bool match_verbatim(const std::vector<ArgPattern>& patterns, std::span<const std::string> words) {
  ArgsRun run(patterns);
  for (const std::string& word : words) {
    if (run.dead()) return false;
    run.take(word, false);
  }
  return run.done();
}

Mismatch mismatch_of(const OptionsMatcher& matcher, const Words& words, const Grammar& grammar, Reach reach) {
  const Presence presence(words, grammar, reach);
  if (!matcher.any.empty() && !presence.has_any(matcher.any)) return Mismatch::options_any;
  for (const std::vector<std::string>& alternatives : matcher.all)
    if (!presence.has_any(alternatives)) return Mismatch::options_all;
  if (Presence(words, grammar, opposite(reach)).has_any(matcher.none)) return Mismatch::options_none;
  if (matcher.only && !match_only(*matcher.only, words, presence)) return Mismatch::options_only;
  for (const auto& [name, values] : matcher.values)
    if (!match_values(name, values, words, grammar, reach)) return Mismatch::options_values;
  return Mismatch::none;
}

bool match_count(const std::vector<CountRange>& ranges, const Words& words, Reach reach) {
  const auto all = words.positionals.size();
  const auto uncertain =
      static_cast<std::size_t>(std::count_if(words.positionals.begin(), words.positionals.end(),
                                             [](const Positional& word) { return word.maybe_value; }));
  return std::any_of(ranges.begin(), ranges.end(), [&](const CountRange& range) {
    const auto least = all - uncertain;
    return reach == Reach::wide ? least <= range.most && all >= range.least
                                : least >= range.least && all <= range.most;
  });
}

}  // namespace policy
