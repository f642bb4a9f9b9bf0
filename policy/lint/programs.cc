#include <fmt/format.h>

#include <algorithm>

#include "policy/lint/linted.h"
#include "policy/lint/vocabulary.h"

namespace policy {
namespace {

using config::Node;
using Kind = ProgramPattern::Kind;

Names names_of(const ProgramMatcher& matcher) {
  Names names;
  for (const ProgramPattern& pattern : matcher.programs)
    if (pattern.kind == Kind::name) names.insert(pattern.text);
  return names;
}

/// Of "/usr/bin/python3*" python3: such a glob means it, too.
std::string plain_name(const std::string& text) {
  const std::string name = text.substr(text.rfind('/') + 1);
  return name.substr(0, name.find_first_of("*?[\\"));
}

class ProgramLinter {
 public:
  ProgramLinter(Linted& linted, const LintedRule& linted_rule)
      : linted_(linted), rule_(*linted_rule.rule), node_(*linted_rule.node) {}

  void run() {
    Names meant;
    for (const Matcher& matcher : rule_.when) meant.merge(names_of(matcher.program));
    for (std::size_t i = 0; i < rule_.when.size(); ++i)
      check(rule_.when[i], alternative_of(node_, "when", i), meant);
    for (std::size_t i = 0; i < rule_.unless.size(); ++i)
      check(rule_.unless[i], alternative_of(node_, "unless", i), meant);
    if (rule_.verdict != Verdict::allow) return;
    check_identity();
    for (std::size_t i = 0; i < rule_.when.size(); ++i)
      check_freedom(rule_.when[i], alternative_of(node_, "when", i));
  }

 private:
  /// Where a matcher names no program, the words are those of the rule's.
  void check(const Matcher& matcher, const Node& node, const Names& meant) {
    check(matcher.program, node, matcher.program.programs.empty() ? meant : names_of(matcher.program));
    for (const auto* callers : {&matcher.parent, &matcher.ancestor})
      for (const ProgramMatcher& caller : *callers) check(caller, node, names_of(caller));
  }

  void check(const ProgramMatcher& matcher, const Node& node, const Names& programs) {
    check_paths(matcher, node);
    if (programs.empty()) return;
    if (matcher.args && !matcher.args->front().any_words)
      check_commands(matcher.args->front(), node, programs);
    if (!matcher.options) return;
    for (const std::string& option : options_in(*matcher.options)) check_option(option, node, programs);
  }

  void check_paths(const ProgramMatcher& matcher, const Node& node) {
    for (const ProgramPattern& pattern : matcher.programs) {
      if (pattern.kind != Kind::path || linted_.compiled.identity.is_there(pattern.text)) continue;
      linted_.add(place_of(node, pattern.text), "missing",
                  fmt::format("there is no program {} here", pattern.text),
                  "correct the path, or name the program by its name");
    }
  }

  /// As the table and builtin:base have it: what this file's rules say is no proof that it is right.
  [[nodiscard]] const Program* find(const std::string& name) const { return linted_.vocabulary.find(name); }

  void check_option(const std::string& option, const Node& node, const Names& programs) {
    std::string nearest, whose;
    for (const std::string& name : programs) {
      const Program* const program = find(name);
      if (program == nullptr) return;
      const Names known = options_of(*program);
      if (known.contains(option)) return;
      const bool one_dash = program->grammar.style == Style::gnu && option.size() > 2 &&
                            !option.starts_with("--") && known.contains("-" + option);
      std::string near = one_dash ? "-" + option : meant(option, known);
      if (nearest.empty() && !near.empty()) {
        nearest = std::move(near);
        whose = name;
      }
    }
    if (nearest.empty()) return;
    linted_.add(
        place_of(node, option), "unknown-option",
        fmt::format("{} is not known to have {}; it has {}", whose, option, nearest),
        fmt::format("write {}; or list it in programs: {{{}: {{flags: [{}]}}}}", nearest, whose, option));
  }

  void check_commands(const ArgPattern& first, const Node& node, const Names& programs) {
    for (const WordGlob& glob : first.alternatives) {
      if (!glob.literal()) continue;
      std::string nearest, whose;
      for (const std::string& name : programs) {
        const Program* const program = find(name);
        const Names known = program == nullptr ? Names() : commands_of(*program);
        nearest = known.contains(*glob.literal()) ? "" : meant(*glob.literal(), known);
        if (nearest.empty()) break;
        whose = name;
      }
      if (nearest.empty()) continue;
      linted_.add(place_of(node, glob.text()), "unknown-command",
                  fmt::format("{} is not known to have a command {}; it has {}", whose, glob.text(), nearest),
                  fmt::format("write {}", nearest));
    }
  }

  /// An allow counts for the very files that are known, and where there is none, for none.
  void check_identity() {
    Names names;
    for (const Matcher& matcher : rule_.when) {
      for (const ProgramPattern& pattern : matcher.program.programs) {
        if (pattern.kind == Kind::path_glob) check_anywhere(matcher, pattern);
        if (pattern.kind != Kind::name || linted_.compiled.identity.is_there(pattern.text)) return;
        names.insert(pattern.text);
      }
      if (matcher.program.programs.empty()) return;
    }
    if (names.empty()) return;
    linted_.add(place_of(when_of(node_), *names.begin()), "no-identity",
                fmt::format("this allows nothing here: no file is known to be {}", fmt::join(names, " or ")),
                "say in programs: {NAME: {paths: […]}} where it lies, or take the rule out");
  }

  void check_anywhere(const Matcher& matcher, const ProgramPattern& pattern) {
    const std::string& text = pattern.file->text();
    if (!matcher.writable_program.value_or(false) || !(text.starts_with("**/") || text.starts_with("/**")))
      return;
    linted_.add(place_of(when_of(node_), text), "no-identity",
                fmt::format("{} allows whatever a command writes under such a name, anywhere", text),
                "name the directory that such programs come from");
  }

  static bool limits_words(const Matcher& matcher) {
    return matcher.program.args || matcher.program.verbatim || matcher.program.options || matcher.paths ||
           !matcher.argc.empty() || !matcher.parent.empty() || !matcher.ancestor.empty();
  }

  /// What a wrapper starts is judged by itself; but where it is not denied by default, nobody is asked about
  /// it any more.
  [[nodiscard]] bool opens_all(const std::string& name) const {
    if (is_interpreter(name)) return true;
    const auto& stated = linted_.compiled.defaults[static_cast<std::size_t>(EventKind::exec)];
    return is_wrapper(name) && std::none_of(stated.begin(), stated.end(), [](const auto& said) {
             return said && said->verdict == Verdict::deny;
           });
  }

  /// A `reason` says that it is meant.
  void check_freedom(const Matcher& matcher, const Node& node) {
    if (!rule_.is_for(EventKind::exec) || limits_words(matcher) || !rule_.reason.empty()) return;
    for (const ProgramPattern& pattern : matcher.program.programs) {
      const std::string name = plain_name(text_of(pattern));
      if (name.empty() || !opens_all(name)) continue;
      linted_.add(place_of(node, text_of(pattern)), "interpreter",
                  is_interpreter(name)
                      ? fmt::format("an allow for {} allows whatever program text it is given", name)
                      : fmt::format("once {} is allowed, nobody is asked about what it starts", name),
                  "narrow it by args or options, or say in 'reason' that it is meant");
      return;
    }
  }

  Linted& linted_;
  const Rule& rule_;
  const Node& node_;
};

}  // namespace

void lint_programs(Linted& linted) {
  for (const LintedRule& rule : linted.rules) ProgramLinter(linted, rule).run();
}

}  // namespace policy
