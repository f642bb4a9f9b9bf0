#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "policy/lint/relation.h"

namespace policy {
namespace {

using Texts = std::vector<std::string>;

bool holds(const Texts& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool is_within(const Texts& part, const Texts& whole) {
  return !part.empty() &&
         std::all_of(part.begin(), part.end(), [&](const std::string& text) { return holds(whole, text); });
}

template <class Pattern>
Texts texts_of(const std::vector<Pattern>& patterns) {
  Texts texts;
  for (const Pattern& pattern : patterns) texts.push_back(pattern.text());
  return texts;
}

/// No word matches both.
bool are_apart(const WordGlob& one, const WordGlob& other) {
  if (one.literal()) return !other.matches(*one.literal());
  return other.literal() && !one.matches(*other.literal());
}

template <class Value>
bool share_none(const std::vector<Value>& some, const std::vector<Value>& others) {
  return !some.empty() && !others.empty() && std::none_of(some.begin(), some.end(), [&](const Value& each) {
    return std::find(others.begin(), others.end(), each) != others.end();
  });
}

bool args_are_apart(const std::vector<ArgPattern>& one, const std::vector<ArgPattern>& other) {
  for (std::size_t at = 0; at < std::min(one.size(), other.size()); ++at) {
    if (one[at].any_words || other[at].any_words) return false;
    const auto& words = other[at].alternatives;
    const bool apart =
        std::all_of(one[at].alternatives.begin(), one[at].alternatives.end(), [&](const WordGlob& glob) {
          return std::all_of(words.begin(), words.end(),
                             [&](const WordGlob& word) { return are_apart(glob, word); });
        });
    if (apart) return true;
  }
  return false;
}

/// Both name programs, and no file of this machine is one of either.
bool programs_are_apart(const ProgramMatcher& one, const ProgramMatcher& other, const Identity& identity) {
  if (one.programs.empty() || other.programs.empty()) return false;
  return std::all_of(one.programs.begin(), one.programs.end(), [&](const ProgramPattern& pattern) {
    return std::all_of(other.programs.begin(), other.programs.end(), [&](const ProgramPattern& another) {
      if (pattern.kind != ProgramPattern::Kind::name || another.kind != ProgramPattern::Kind::name)
        return false;
      return pattern.text != another.text && !identity.share_file(pattern.text, another.text);
    });
  });
}

/// A cluster of letters may be spelled in several ways: only whole names are compared.
bool is_whole(const std::string& option) { return option.size() == 2 || option.starts_with("--"); }

bool only_excludes(const Texts& only, const Texts& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& option) {
    return is_whole(option) && !holds(only, option) && std::all_of(only.begin(), only.end(), is_whole);
  });
}

/// What must stand there and what must not.
std::string contradiction_of(const OptionsMatcher& wanted, const OptionsMatcher& limits) {
  std::vector<Texts> lists = wanted.all;
  if (!wanted.any.empty()) lists.push_back(wanted.any);
  for (const auto& [name, values] : wanted.values) lists.push_back({name});
  for (const Texts& list : lists) {
    if (is_within(list, limits.none))
      return fmt::format("{} must stand there and must not", fmt::join(list, ", "));
    if (limits.only && only_excludes(*limits.only, list))
      return fmt::format("{} must stand there, and 'only' leaves it out", fmt::join(list, ", "));
  }
  return "";
}

std::string contradiction_of(const PathsMatcher& paths) {
  const Texts none = texts_of(paths.none);
  if (is_within(texts_of(paths.any), none)) return "each pattern of 'any' stands under 'none' too";
  if (is_within(texts_of(paths.all), none)) return "each pattern of 'all' stands under 'none' too";
  return "";
}

std::string contradiction_of(const EnvMatcher& env) {
  const Texts none = texts_of(env.none);
  if (is_within(texts_of(env.any), none)) return "each name of 'any' stands under 'none' too";
  for (const auto& [name, values] : env.equals)
    if (holds(none, name.text())) return fmt::format("{} must have a value and must not be set", name.text());
  return "";
}

std::size_t least_words(const std::vector<ArgPattern>& args) {
  return static_cast<std::size_t>(
      std::count_if(args.begin(), args.end(), [](const ArgPattern& arg) { return !arg.any_words; }));
}

bool ranges_are_below(const std::vector<CountRange>& ranges, std::size_t least) {
  return !ranges.empty() && std::all_of(ranges.begin(), ranges.end(),
                                        [&](const CountRange& range) { return range.most < least; });
}

bool ranges_are_apart(const std::vector<CountRange>& some, const std::vector<CountRange>& others) {
  return !some.empty() && !others.empty() &&
         std::all_of(some.begin(), some.end(), [&](const CountRange& one) {
           return std::all_of(others.begin(), others.end(), [&](const CountRange& other) {
             return one.most < other.least || other.most < one.least;
           });
         });
}

bool hosts_are_apart(const HostPattern& one, const HostPattern& other) {
  const auto is_below = [](const HostPattern& name, const HostPattern& star) {
    return star.text().starts_with("*.") && name.name().ends_with("." + star.name());
  };
  if (one.network() && other.network())
    return one.network()->first.is_ipv4 != other.network()->first.is_ipv4 ||
           (!one.network()->contains(other.network()->first) &&
            !other.network()->contains(one.network()->first));
  // A name has addresses, so that it may be both.
  return !one.network() && !other.network() && one.text() != other.text() && !is_below(one, other) &&
         !is_below(other, one);
}

bool hosts_are_apart(const std::vector<HostPattern>& some, const std::vector<HostPattern>& others) {
  return !some.empty() && !others.empty() &&
         std::all_of(some.begin(), some.end(), [&](const HostPattern& one) {
           return std::all_of(others.begin(), others.end(),
                              [&](const HostPattern& other) { return hosts_are_apart(one, other); });
         });
}

template <class Value>
bool differ(const std::optional<Value>& one, const std::optional<Value>& other) {
  return one && other && *one != *other;
}

bool options_are_apart(const Matcher& one, const Matcher& other) {
  return one.program.options && other.program.options &&
         !(contradiction_of(*one.program.options, *other.program.options).empty() &&
           contradiction_of(*other.program.options, *one.program.options).empty());
}

}  // namespace

std::string contradiction(const Matcher& one, const Matcher& other, const Identity& identity) {
  if (programs_are_apart(one.program, other.program, identity)) return "program";
  if (one.program.args && other.program.args && args_are_apart(*one.program.args, *other.program.args))
    return "args";
  if (options_are_apart(one, other)) return "options";
  if (ranges_are_apart(one.argc, other.argc)) return "argc";
  if (differ(one.top, other.top)) return "top";
  if (differ(one.writable_program, other.writable_program)) return "writable_program";
  if (share_none(one.modes, other.modes)) return "mode";
  if (share_none(one.tools, other.tools)) return "tool";
  if (ranges_are_apart(one.ports, other.ports)) return "port";
  return hosts_are_apart(one.hosts, other.hosts) ? "host" : "";
}

std::string contradiction_with_all(const Rule& rule, const Matcher& matcher, const Identity& identity) {
  std::set<std::string> keys;
  for (const Matcher& when : rule.when) {
    const std::string key = contradiction(when, matcher, identity);
    if (key.empty()) return "";
    keys.insert(key);
  }
  if (keys.empty()) return "";
  return fmt::format("where its '{}' holds, that of the rule does not", fmt::join(keys, "' or '"));
}

std::string contradiction_in(const Matcher& matcher) {
  std::string found;
  if (matcher.program.options) found = contradiction_of(*matcher.program.options, *matcher.program.options);
  if (found.empty() && matcher.paths) found = contradiction_of(*matcher.paths);
  if (found.empty() && matcher.env) found = contradiction_of(*matcher.env);
  const std::size_t least = matcher.program.args ? least_words(*matcher.program.args) : 0;
  if (found.empty() && ranges_are_below(matcher.argc, least))
    found = fmt::format("'args' wants {} words, and 'argc' says that there are fewer", least);
  return found;
}

bool matches_everything(const Matcher& matcher) {
  const auto is_all = [](const auto& patterns, std::initializer_list<std::string_view> texts) {
    const Texts written = texts_of(patterns);
    return patterns.empty() || std::any_of(texts.begin(), texts.end(), [&](std::string_view text) {
             return holds(written, std::string(text));
           });
  };
  const auto is_any_program = [](const ProgramPattern& pattern) {
    return (pattern.name && pattern.name->text() == "*") || (pattern.file && pattern.file->text() == "/**");
  };
  const std::vector<ProgramPattern>& programs = matcher.program.programs;
  const bool any_program = programs.empty() || std::any_of(programs.begin(), programs.end(), is_any_program);
  const bool any_words = !matcher.program.args || least_words(*matcher.program.args) == 0;
  const bool any_port = matcher.ports.empty() ||
                        std::any_of(matcher.ports.begin(), matcher.ports.end(), [](const CountRange& range) {
                          return range.least == 1 && range.most == UINT16_MAX;
                        });
  return any_program && any_words && !matcher.program.options && !matcher.paths && matcher.argc.empty() &&
         !matcher.env && is_all(matcher.cwd, {"/**", "**"}) && !matcher.top && matcher.parent.empty() &&
         matcher.ancestor.empty() && !matcher.writable_program &&
         is_all(matcher.path, {"/", "/**", "**", "*", "**/*"}) &&
         is_all(matcher.hosts, {"0.0.0.0/0", "::/0"}) && any_port && matcher.modes.empty() &&
         matcher.tools.empty();
}

}  // namespace policy
