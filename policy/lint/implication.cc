#include <algorithm>

#include "policy/lint/relation.h"
#include "sandbox/sys/path.h"

namespace policy {
namespace {

template <class List, class Sought, class Same>
bool some(const List& list, const Sought& sought, const Same& same) {
  return std::any_of(list.begin(), list.end(), [&](const auto& each) { return same(sought, each); });
}

template <class Narrower, class Wider, class Implies>
bool each_in(const Narrower& narrower, const Wider& wider, const Implies& implied) {
  return std::all_of(narrower.begin(), narrower.end(),
                     [&](const auto& each) { return some(wider, each, implied); });
}

/// A list of alternatives; an empty one says nothing.
template <class List, class Implies>
bool list_implies(const List& narrower, const List& wider, const Implies& implied) {
  return wider.empty() || (!narrower.empty() && each_in(narrower, wider, implied));
}

bool same_text(const std::string& one, const std::string& other) { return one == other; }

bool glob_implies(const WordGlob& narrower, const WordGlob& wider) {
  return narrower.text() == wider.text() || wider.text() == "*" ||
         (narrower.literal() && wider.matches(*narrower.literal()));
}

bool file_implies(const FilePattern& narrower, const FilePattern& wider) {
  return narrower.text() == wider.text();
}

/// Widely a program has the base name of its path, and every name counts.
bool program_implies(const ProgramPattern& narrower, const ProgramPattern& wider, Reach reach) {
  using Kind = ProgramPattern::Kind;
  if (narrower.kind == wider.kind && text_of(narrower) == text_of(wider)) return true;
  if (reach == Reach::narrow || (narrower.kind != Kind::name && narrower.kind != Kind::path)) return false;
  const std::string name = sys::base_name(narrower.text);
  if (wider.kind == Kind::name) return narrower.kind == Kind::path && wider.text == name;
  return wider.kind == Kind::name_glob && wider.name->matches(name);
}

bool arg_implies(const ArgPattern& narrower, const ArgPattern& wider) {
  if (narrower.any_words || wider.any_words) return narrower.any_words && wider.any_words;
  return each_in(narrower.alternatives, wider.alternatives, glob_implies);
}

/// The whole of the words, place by place.
bool verbatim_implies(const std::vector<ArgPattern>& narrower, const std::vector<ArgPattern>& wider) {
  return std::equal(wider.begin(), wider.end(), narrower.begin(), narrower.end(),
                    [](const ArgPattern& one, const ArgPattern& other) { return arg_implies(other, one); });
}

/// `args` is a prefix. Besides word for word, "**, X" is met wherever X is.
bool args_imply(const std::vector<ArgPattern>& narrower, const std::vector<ArgPattern>& wider) {
  if (wider.size() <= narrower.size() &&
      std::equal(wider.begin(), wider.end(), narrower.begin(),
                 [](const ArgPattern& one, const ArgPattern& other) { return arg_implies(other, one); }))
    return true;
  const auto words =
      std::find_if(wider.begin(), wider.end(), [](const ArgPattern& pattern) { return !pattern.any_words; });
  if (words == wider.end()) return true;
  return words != wider.begin() && words + 1 == wider.end() &&
         some(narrower, *words,
              [](const auto& word, const auto& each) { return !each.any_words && arg_implies(each, word); });
}

bool all_imply(const OptionsMatcher& narrower, const std::vector<std::string>& alternatives) {
  const auto is_within = [&](const std::vector<std::string>& names) {
    return !names.empty() && each_in(names, alternatives, same_text);
  };
  return is_within(narrower.any) || std::any_of(narrower.all.begin(), narrower.all.end(), is_within);
}

bool options_imply(const OptionsMatcher& narrower, const OptionsMatcher& wider) {
  if (!wider.any.empty() && !all_imply(narrower, wider.any)) return false;
  for (const std::vector<std::string>& alternatives : wider.all)
    if (!all_imply(narrower, alternatives)) return false;
  if (!each_in(wider.none, narrower.none, same_text)) return false;
  if (wider.only && (!narrower.only || !each_in(*narrower.only, *wider.only, same_text))) return false;
  return each_in(wider.values, narrower.values, [](const auto& wanted, const auto& given) {
    return wanted.first == given.first && each_in(given.second, wanted.second, glob_implies);
  });
}

bool paths_imply(const PathsMatcher& narrower, const PathsMatcher& wider) {
  const bool any = list_implies(narrower.any, wider.any, file_implies) ||
                   list_implies(narrower.all, wider.any, file_implies);
  return any && list_implies(narrower.all, wider.all, file_implies) &&
         each_in(wider.none, narrower.none, file_implies);
}

bool env_implies(const EnvMatcher& narrower, const EnvMatcher& wider) {
  return list_implies(narrower.any, wider.any, glob_implies) &&
         each_in(wider.none, narrower.none, glob_implies) &&
         each_in(wider.equals, narrower.equals, [](const auto& wanted, const auto& given) {
           return wanted.first.text() == given.first.text() &&
                  each_in(given.second, wanted.second, glob_implies);
         });
}

bool range_implies(const CountRange& narrower, const CountRange& wider) {
  return wider.least <= narrower.least && narrower.most <= wider.most;
}

bool host_implies(const HostPattern& narrower, const HostPattern& wider) {
  if (narrower.text() == wider.text()) return true;
  if (narrower.network() && wider.network())
    return wider.network()->prefix <= narrower.network()->prefix &&
           wider.network()->first.is_ipv4 == narrower.network()->first.is_ipv4 &&
           wider.network()->contains(narrower.network()->first);
  if (narrower.network() || wider.network()) return false;
  return wider.text().starts_with("*.") && narrower.name().ends_with("." + wider.name());
}

template <class Value, class Implies>
bool optional_implies(const std::optional<Value>& narrower, const std::optional<Value>& wider,
                      const Implies& implied) {
  return !wider || (narrower && implied(*narrower, *wider));
}

bool programs_imply(const ProgramMatcher& narrower, const ProgramMatcher& wider, Reach reach) {
  const auto program = [&](const ProgramPattern& one, const ProgramPattern& other) {
    return program_implies(one, other, reach);
  };
  return list_implies(narrower.programs, wider.programs, program) &&
         optional_implies(narrower.args, wider.args, args_imply) &&
         optional_implies(narrower.verbatim, wider.verbatim, verbatim_implies) &&
         optional_implies(narrower.options, wider.options, options_imply);
}

bool callers_imply(const Matcher& narrower, const Matcher& wider, Reach reach) {
  const auto program = [&](const ProgramMatcher& one, const ProgramMatcher& other) {
    return programs_imply(one, other, reach);
  };
  return list_implies(narrower.parent, wider.parent, program) &&
         (list_implies(narrower.ancestor, wider.ancestor, program) ||
          list_implies(narrower.parent, wider.ancestor, program));
}

template <class Value>
bool same_value(const Value& one, const Value& other) {
  return one == other;
}

}  // namespace

bool implies(const Matcher& narrower, const Matcher& wider, Reach reach) {
  // Narrowly, writable_program: true also lets programs count that otherwise would not.
  const bool takes_more = narrower.writable_program.value_or(false) && !wider.writable_program;
  if (takes_more && reach == Reach::narrow && !wider.program.programs.empty()) return false;
  return programs_imply(narrower.program, wider.program, reach) &&
         optional_implies(narrower.paths, wider.paths, paths_imply) &&
         list_implies(narrower.argc, wider.argc, range_implies) &&
         optional_implies(narrower.env, wider.env, env_implies) &&
         list_implies(narrower.cwd, wider.cwd, file_implies) &&
         optional_implies(narrower.top, wider.top, same_value<bool>) &&
         callers_imply(narrower, wider, reach) &&
         optional_implies(narrower.writable_program, wider.writable_program, same_value<bool>) &&
         list_implies(narrower.path, wider.path, file_implies) &&
         list_implies(narrower.hosts, wider.hosts, host_implies) &&
         list_implies(narrower.ports, wider.ports, range_implies) &&
         list_implies(narrower.modes, wider.modes, same_value<sandbox::Mode>) &&
         list_implies(narrower.tools, wider.tools, same_text);
}

}  // namespace policy
