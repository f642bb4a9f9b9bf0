#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "policy/examples.h"
#include "policy/lint/linted.h"
#include "policy/lint/relation.h"
#include "policy/rule_match.h"
#include "policy/standing.h"
#include "sandbox/sys/text.h"

namespace policy {
namespace {

Reach reach_of(const Rule& rule) { return rule.verdict == Verdict::allow ? Reach::narrow : Reach::wide; }

/// What the wider rule takes back, the narrower one takes back too.
bool exceptions_imply(const Rule& narrower, const Rule& wider) {
  return std::all_of(wider.unless.begin(), wider.unless.end(), [&](const Matcher& taken) {
    return std::any_of(narrower.unless.begin(), narrower.unless.end(),
                       [&](const Matcher& own) { return implies(taken, own, Reach::narrow); });
  });
}

/// Wherever one rule matches, the other does.
bool implies(const Rule& narrower, const Rule& wider) {
  for (const EventKind kind : narrower.events)
    if (!wider.is_for(kind)) return false;
  if (!exceptions_imply(narrower, wider)) return false;
  if (wider.when.empty()) return true;
  return !narrower.when.empty() &&
         std::all_of(narrower.when.begin(), narrower.when.end(), [&](const Matcher& when) {
           return std::any_of(wider.when.begin(), wider.when.end(),
                              [&](const Matcher& other) { return implies(when, other, reach_of(wider)); });
         });
}

/// Rules by the program that they name, so that not each is held against each.
class Neighbours {
 public:
  explicit Neighbours(const std::vector<Rule>& rules) {
    for (const Rule& rule : rules) {
      if (rule.when.empty()) of_any_.push_back(&rule);
      for (const Matcher& matcher : rule.when) {
        for (const ProgramPattern& pattern : matcher.program.programs)
          add(pattern.kind == ProgramPattern::Kind::name ? of_program_[pattern.text] : of_any_, rule);
        if (matcher.program.programs.empty()) add(of_any_, rule);
      }
    }
  }

  /// Of those that may match what the matcher matches, each once.
  [[nodiscard]] std::vector<const Rule*> of(const Matcher& matcher) const {
    std::vector<const Rule*> found = of_any_;
    for (const ProgramPattern& pattern : matcher.program.programs) {
      const auto named = of_program_.find(pattern.text.substr(pattern.text.rfind('/') + 1));
      if (named != of_program_.end()) found.insert(found.end(), named->second.begin(), named->second.end());
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
  }

 private:
  using List = std::vector<const Rule*>;
  static void add(List& list, const Rule& rule) {
    if (list.empty() || list.back() != &rule) list.push_back(&rule);
  }
  std::map<std::string, List> of_program_;
  List of_any_;
};

void add_hidden(Linted& linted, const Rule& rule, const Rule& by) {
  const bool same = by.verdict == rule.verdict;
  if (same && implies(by, rule)) {
    linted.add(rule.place, "duplicate", fmt::format("'{}' says what {} says", rule.id, described(by)),
               "take one of them out");
  } else if (rule.verdict == Verdict::allow && !same) {
    linted.add(rule.place, "allow-covered",
               fmt::format("'{}' allows nothing: {} matches wherever it does and {}", rule.id, described(by),
                           by.verdict == Verdict::deny ? "denies" : "asks"),
               "take it out, or let the other rule say 'unless'");
  } else {
    linted.add(rule.place, "shadowed",
               fmt::format("'{}' never decides: {} matches wherever it does, {}", rule.id, described(by),
                           same ? "says the same and stands before it" : "and is stricter"),
               "take it out, or let the other rule say 'unless'");
  }
}

/// Nothing of the rule ever shows where the other one is: neither its verdict, nor its reason, nor its
/// profile.
bool is_hidden(const Rule& rule, const Rule& by) {
  if (&rule == &by || by.verdict < rule.verdict) return false;
  if (!counts(by, own_layer(by))) return false;  // what is delegated to it need not be so wherever it matches
  if (by.verdict == Verdict::ask && !rule.profile.empty()) return false;  // who is asked may answer yes
  if (by.verdict == rule.verdict && (&by > &rule || by.profile != rule.profile)) return false;
  return implies(rule, by);
}

void lint_hidden(Linted& linted, const Neighbours& neighbours) {
  for (const LintedRule& each : linted.rules) {
    const Rule& rule = *each.rule;
    const std::vector<const Rule*> others = neighbours.of(rule.when.empty() ? Matcher() : rule.when.front());
    const auto by = std::find_if(others.begin(), others.end(),
                                 [&](const Rule* other) { return is_hidden(rule, *other); });
    if (by != others.end()) add_hidden(linted, rule, **by);
  }
}

bool applies(const CompiledRules& compiled, const Rule& rule, const sandbox::ExecEvent& event) {
  const State state;
  Seen exec = seen(compiled, event, state, Resolve::by_name);
  set_layer(compiled, rule.layer, exec.scene);
  return policy::applies(rule, exec.faces, exec.scene);
}

/// A program that both name, or that the only one names which names any; empty where it is no plain name.
std::string shared_program(const ProgramMatcher& one, const ProgramMatcher& other) {
  if (one.programs.empty()) return other.programs.empty() ? "" : other.programs.front().text;
  for (const ProgramPattern& pattern : one.programs) {
    const bool is_shared = other.programs.empty() ||
                           std::any_of(other.programs.begin(), other.programs.end(),
                                       [&](const ProgramPattern& each) { return each.text == pattern.text; });
    if (is_shared) return pattern.text;
  }
  return "";
}

void add_words(const std::vector<ArgPattern>& patterns, std::vector<std::string>& words) {
  for (const ArgPattern& pattern : patterns)
    if (!pattern.any_words) words.push_back(pattern.alternatives.front().text());
}

void add_args(const ProgramMatcher& one, const ProgramMatcher& other, std::vector<std::string>& words) {
  const auto* args = one.args ? &*one.args : nullptr;
  if (other.args && (args == nullptr || other.args->size() > args->size())) args = &*other.args;
  if (args != nullptr) add_words(*args, words);
}

void add_options(const ProgramMatcher& matcher, std::vector<std::string>& words) {
  if (!matcher.options) return;
  if (!matcher.options->any.empty()) words.push_back(matcher.options->any.front());
  for (const std::vector<std::string>& names : matcher.options->all) words.push_back(names.front());
  for (const auto& [name, values] : matcher.options->values)
    words.insert(words.end(), {name, values.front().text()});
}

/// A command with what both matchers want. Whether they match it, they are asked.
std::string made_up_command(const ProgramMatcher& one, const ProgramMatcher& other) {
  std::vector<std::string> words = {shared_program(one, other)};
  if (words.front().empty()) return "";
  if (const auto* verbatim = one.verbatim ? &*one.verbatim : other.verbatim ? &*other.verbatim : nullptr) {
    add_words(*verbatim, words);
    return sys::command_line(words);
  }
  add_args(one, other, words);
  add_options(one, words);
  add_options(other, words);
  return sys::command_line(words);
}

/// The first command that both rules match: one of their examples, or one that is made up of what they say.
std::string shared_command(const Linted& linted, const Rule& one, const Rule& other) {
  std::vector<Example> examples = one.match;
  examples.insert(examples.end(), other.match.begin(), other.match.end());
  for (const Matcher& matcher : one.when) {
    for (const Matcher& another : other.when) {
      std::string text = made_up_command(matcher.program, another.program);
      if (!text.empty()) examples.push_back({std::move(text), one.place});
    }
  }
  const Examples runner(linted.compiled.identity, linted.compiled.surroundings);
  for (const Example& example : examples) {
    try {
      for (const sandbox::ExecEvent& event : runner.events_of(example.text, example))
        if (applies(linted.compiled, one, event) && applies(linted.compiled, other, event))
          return sys::command_line(event.images.front().argv);
    } catch (const sys::Error&) {
      continue;  // what cannot be read proves nothing
    }
  }
  return "";
}

bool has_profile_for_exec(const Rule& rule) {
  return rule.verdict == Verdict::allow && !rule.profile.empty() && rule.is_for(EventKind::exec);
}

void lint_profiles(Linted& linted) {
  for (auto later = linted.rules.begin(); later != linted.rules.end(); ++later) {
    if (!has_profile_for_exec(*later->rule)) continue;
    for (auto first = linted.rules.begin(); first != later; ++first) {
      if (!has_profile_for_exec(*first->rule) || first->rule->profile == later->rule->profile) continue;
      const std::string shared = shared_command(linted, *first->rule, *later->rule);
      if (shared.empty()) continue;
      linted.add(
          later->rule->place, "conflict",
          fmt::format(
              "both '{}' (profile {}) and {} (profile {}) match: {}; the one that stands first counts",
              later->rule->id, later->rule->profile, described(*first->rule), first->rule->profile, shared),
          "let one of them say 'unless'");
    }
  }
}

}  // namespace

void lint_pairs(Linted& linted) {
  lint_hidden(linted, Neighbours(linted.compiled.rules));
  lint_profiles(linted);
}

}  // namespace policy
