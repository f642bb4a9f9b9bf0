#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "policy/lint/linted.h"
#include "policy/trial.h"
#include "sandbox/sys/path.h"

namespace policy {
namespace {

/// Rules that an example of the file as a whole is decided by.
std::set<std::string> rules_tried_by_promises(const CompiledRules& compiled) {
  std::set<std::string> ids;
  for (const Promise& promise : compiled.promises) {
    try {
      for (const Decision& decision : decisions_on(compiled, promise.example))
        for (const Matched& match : decision.matched) ids.insert(match.rule);
    } catch (const sys::Error&) {
      continue;  // `policy test` says what is wrong with it
    }
  }
  return ids;
}

/// builtin:base is tried by a corpus of its own. A dead rule can have none.
void lint_examples(Linted& linted) {
  const std::set<std::string> tried = rules_tried_by_promises(linted.compiled);
  for (const LintedRule& each : linted.rules) {
    const Rule& rule = *each.rule;
    if (rule.verdict == Verdict::allow || !rule.match.empty() || is_base(rule) || tried.contains(rule.id) ||
        linted.dead.contains(&rule))
      continue;
    linted.add(rule.place, "untested",
               fmt::format("no example shows that '{}' ever {}", rule.id,
                           rule.verdict == Verdict::deny ? "denies" : "asks"),
               "add one under examples: {match: […]}");
  }
}

/// What builtin:base says of files the sandbox hides or guards itself, and it is the same for every network.
class HoldLinter {
 public:
  explicit HoldLinter(Linted& linted) : linted_(linted) {}

  void run(const LintedRule& linted_rule) {
    const Rule& rule = *linted_rule.rule;
    if (is_base(rule)) return;
    const bool is_on_files = rule.is_for(EventKind::read) || rule.is_for(EventKind::write);
    if (is_on_files && rule.verdict == Verdict::ask) {
      add(rule, rule.place, "nothing asks before a file is opened, in this version",
          "let it deny, or ask on exec for what opens such files");
    } else if (is_on_files && rule.verdict == Verdict::deny) {
      check_files(linted_rule);
    }
    if (rule.is_for(EventKind::net)) check_connections(rule);
  }

 private:
  void add(const Rule& rule, const config::Place& place, const std::string& why, const char* mend) {
    linted_.add(place, "not-enforced", fmt::format("'{}' is not held here: {}", rule.id, why), mend);
  }

  void check_files(const LintedRule& linted_rule) {
    const Rule& rule = *linted_rule.rule;
    if (linted_.here.tier != sandbox::Tier::a)
      return add(
          rule, rule.place,
          fmt::format("tier {} has no mounts that could hide a file", sandbox::name_of(linted_.here.tier)),
          "see what gatehouse doctor says about namespaces");
    for (const Matcher& matcher : rule.when)
      for (const FilePattern& pattern : matcher.path)
        if (may_be_made(pattern))
          return add(
              rule, place_of(when_of(*linted_rule.node), pattern.text()),
              fmt::format(
                  "mounts hold the files that are there when a command starts, and until it ends it has what "
                  "it makes itself that matches {}",
                  pattern.text()),
              "deny on exec what handles such files, too; the next command is kept from those that were "
              "made");
  }

  /// In a workspace that can be written; elsewhere nothing can be made.
  [[nodiscard]] bool may_be_made(const FilePattern& pattern) const {
    if (linted_.here.mode == sandbox::Mode::read_only) return false;
    const std::string& text = pattern.text();
    const bool is_anywhere = !text.starts_with('/') || text.starts_with("/**");
    const std::vector<std::string> stems = pattern.stems();
    const auto& workspaces = linted_.compiled.surroundings.workspaces;
    return std::any_of(stems.begin(), stems.end(), [&](const std::string& stem) {
      return (stem == "/" && is_anywhere) ||
             std::any_of(workspaces.begin(), workspaces.end(),
                         [&](const std::string& workspace) { return sys::is_within(stem, workspace); });
    });
  }

  void check_connections(const Rule& rule) {
    if (linted_.here.network == sandbox::Network::full && rule.verdict != Verdict::allow)
      add(rule, rule.place, "the network is full, and who connects is not judged",
          "deny on exec what connects, or run it with --network allowlist");
    if (linted_.here.network == sandbox::Network::none && rule.verdict != Verdict::deny)
      add(rule, rule.place, "the network is none, and no rule opens it",
          "run with --network allowlist what may connect");
  }

  Linted& linted_;
};

}  // namespace

void lint_effect(Linted& linted) {
  lint_examples(linted);
  HoldLinter hold(linted);
  for (const LintedRule& rule : linted.rules) hold.run(rule);
}

}  // namespace policy
