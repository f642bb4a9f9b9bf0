#include <fmt/format.h>

#include <algorithm>

#include "policy/lint/linted.h"
#include "policy/lint/relation.h"

namespace policy {
namespace {

using config::Node;

/// "args" says nothing of options, unless the program takes what stands behind some word for words.
bool reads_options(const Command& command) {
  return command.last_options.empty() && command.options_end_at == 0;
}

bool reads_options_in(const ProgramTable& table, const ProgramMatcher& matcher) {
  return !matcher.programs.empty() &&
         std::all_of(matcher.programs.begin(), matcher.programs.end(), [&](const ProgramPattern& pattern) {
           const Program* const program = table.find(pattern.text);
           if (program == nullptr || !program->grammar.known || program->grammar.style == Style::words)
             return false;
           const Command* command = &program->grammar;
           for (const ArgPattern& arg : *matcher.args) {
             if (!reads_options(*command)) return false;
             if (arg.alternatives.size() != 1 || !arg.alternatives[0].literal()) break;
             const Command* const next = command->find(*arg.alternatives[0].literal());
             if (next == nullptr) break;
             command = next;
           }
           const Grammar* const under = program->grammar.under.get();
           return reads_options(*command) && (under == nullptr || reads_options(*under));
         });
}

const char* verb_of(Verdict verdict) {
  if (verdict == Verdict::allow) return "allows";
  return verdict == Verdict::ask ? "asks about" : "denies";
}

class RuleLinter {
 public:
  RuleLinter(Linted& linted, const LintedRule& linted_rule)
      : linted_(linted), rule_(*linted_rule.rule), node_(*linted_rule.node) {}

  void run() {
    std::size_t dead = 0;
    for (std::size_t i = 0; i < rule_.when.size(); ++i)
      dead += check_when(rule_.when[i], alternative_of(node_, "when", i)) ? 0 : 1;
    if (dead > 0 && dead == rule_.when.size()) linted_.dead.insert(&rule_);
    for (std::size_t i = 0; i < rule_.unless.size(); ++i)
      check_unless(rule_.unless[i], alternative_of(node_, "unless", i));
    check_swallowed();
    check_breadth();
  }

 private:
  /// False when it is dead.
  bool check_when(const Matcher& matcher, const Node& node) {
    check_args(matcher.program, node);
    std::string why = reason_of_death(matcher);
    if (why.empty()) return true;
    linted_.add(node.place, "dead", fmt::format("this can never match: {}", why),
                "take out what contradicts, or the rule");
    return false;
  }

  [[nodiscard]] std::string reason_of_death(const Matcher& matcher) const {
    // A connection of a process that nobody knows may be that of any program.
    if (rule_.is_for(EventKind::net) && rule_.verdict != Verdict::allow) return "";
    std::string why = contradiction_in(matcher);
    if (why.empty()) why = wordless_program(matcher.program);
    return why.empty() ? idle_tool(matcher) : why;
  }

  [[nodiscard]] std::string wordless_program(const ProgramMatcher& matcher) const {
    if (!matcher.options ||
        (matcher.options->any.empty() && matcher.options->all.empty() && matcher.options->values.empty()))
      return "";
    const ProgramTable& table = linted_.compiled.programs_of(rule_.layer);
    for (const ProgramPattern& pattern : matcher.programs) {
      const Program* const program = table.find(pattern.text);
      if (program == nullptr || program->grammar.style != Style::words) return "";
    }
    if (matcher.programs.empty()) return "";
    return fmt::format("all words of {} are words, and none is an option", matcher.programs.front().text);
  }

  /// Programs are started by commands; what the other tools do is an event on files.
  [[nodiscard]] std::string idle_tool(const Matcher& matcher) const {
    if (rule_.events != std::vector<EventKind>{EventKind::exec}) return "";
    const bool starts = matcher.tools.empty() ||
                        std::any_of(matcher.tools.begin(), matcher.tools.end(),
                                    [](const std::string& tool) { return tool == "shell" || tool == "job"; });
    return starts ? "" : fmt::format("none of the tools {} starts programs", fmt::join(matcher.tools, ", "));
  }

  void check_args(const ProgramMatcher& matcher, const Node& node) {
    if (!matcher.args || !reads_options_in(linted_.compiled.programs_of(rule_.layer), matcher)) return;
    for (const ArgPattern& arg : *matcher.args) {
      for (const WordGlob& glob : arg.alternatives) {
        if (!glob.literal() || glob.text().size() < 2 || !glob.text().starts_with('-')) continue;
        linted_.add(place_of(node, glob.text()), "option-in-args",
                    fmt::format("'args' are the words that are no options, and {} is one", glob.text()),
                    fmt::format("write it under options: {{any: [{}]}}", glob.text()));
      }
    }
  }

  void check_unless(const Matcher& matcher, const Node& node) {
    check_args(matcher.program, node);
    if (&node == &node_) return;  // an exception from elsewhere is looked at by itself
    std::string why = contradiction_in(matcher);
    if (why.empty()) why = contradiction_with_all(rule_, matcher, linted_.compiled.identity);
    if (why.empty()) return;
    linted_.add(node.place, "idle-unless", fmt::format("this takes nothing back: {}", why),
                "correct it, or take it out");
  }

  void check_swallowed() {
    if (rule_.when.empty() || rule_.unless.empty()) return;
    const bool all = std::all_of(rule_.when.begin(), rule_.when.end(), [&](const Matcher& when) {
      return std::any_of(rule_.unless.begin(), rule_.unless.end(),
                         [&](const Matcher& unless) { return implies(when, unless, Reach::narrow); });
    });
    if (!all) return;
    linted_.dead.insert(&rule_);
    const Node* const unless = child_of(node_, "unless");
    linted_.add(
        unless == nullptr ? node_.place : unless->place, "swallowed",
        "'unless' takes back all that 'when' says: whatever certainly matches the one matches the other",
        "let 'unless' say more than 'when' does");
  }

  void check_breadth() {
    const auto everything = std::find_if(rule_.when.begin(), rule_.when.end(), matches_everything);
    if (rule_.unless.empty() && (rule_.when.empty() || everything != rule_.when.end())) {
      const auto number = static_cast<std::size_t>(everything - rule_.when.begin());
      linted_.add(alternative_of(node_, "when", number).place, "broad",
                  fmt::format("this {} every {}", verb_of(rule_.verdict), name_of(rule_.events.front())),
                  "narrow it; what holds where no rule decides is said by 'defaults'");
    }
    if (rule_.verdict != Verdict::allow) return;
    for (const Matcher& matcher : rule_.when)
      for (const HostPattern& host : matcher.hosts)
        if (host.text().starts_with("*.") && host.name().find('.') == std::string::npos)
          linted_.add(place_of(when_of(node_), host.text()), "broad",
                      fmt::format("{} allows every name below '{}', which anybody can register", host.text(),
                                  host.name()),
                      "name the hosts, or at least their domain");
  }

  Linted& linted_;
  const Rule& rule_;
  const Node& node_;
};

}  // namespace

void lint_matchers(Linted& linted) {
  for (const LintedRule& rule : linted.rules) RuleLinter(linted, rule).run();
}

}  // namespace policy
