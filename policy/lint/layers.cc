#include <fmt/core.h>

#include <algorithm>

#include "policy/lint/linted.h"
#include "policy/lint/relation.h"
#include "policy/standing.h"

namespace policy {
namespace {

using config::Node;

/// Some event may be meant by both; only what is proved to be none is none.
bool may_meet(const std::vector<Matcher>& some, const std::vector<Matcher>& others,
              const Identity& identity) {
  if (some.empty() || others.empty()) return true;
  return std::any_of(some.begin(), some.end(), [&](const Matcher& one) {
    return std::any_of(others.begin(), others.end(),
                       [&](const Matcher& other) { return contradiction(one, other, identity).empty(); });
  });
}

bool is_lower(Layer layer) { return layer == Layer::project || layer == Layer::session; }

class LayerLinter {
 public:
  explicit LayerLinter(Linted& linted) : linted_(linted), compiled_(linted.compiled) {}

  void run() {
    for (const Delegation& delegation : linted_.file.delegations) check_delegation(delegation);
    if (!is_lower(linted_.file.layer)) return;
    for (const LintedRule& rule : linted_.rules)
      if (rule.rule->verdict == Verdict::allow) check_allow(*rule.rule);
    check_defaults();
  }

 private:
  void check_delegation(const Delegation& delegation) {
    if (delegation.to > delegation.from) return;
    linted_.add(
        delegation.place, "idle-delegate",
        fmt::format("this delegates nothing: the {} layer is not below this file's", name_of(delegation.to)),
        "delegate to a lower layer, or take it out");
  }

  /// It answers a default of its own file, or may answer one above.
  void check_allow(const Rule& rule) {
    const bool answers = std::any_of(rule.events.begin(), rule.events.end(), [&](EventKind kind) {
      const auto& stated = linted_.file.defaults[static_cast<std::size_t>(kind)];
      return (rule.profile.empty() && stated && stated->verdict != Verdict::allow) ||
             may_be_delegated(rule, kind);
    });
    if (!answers)
      linted_.add(
          rule.place, "loosens",
          fmt::format("'{}' allows nothing: the rules that a project brings along only tighten, and no layer "
                      "above has delegated this",
                      rule.id),
          "take it out here, and let the user say it in rules of his own, or delegate it");
  }

  bool may_be_delegated(const Rule& rule, EventKind kind) {
    const Layers standing = standing_of(compiled_, rule, kind, [&](const Delegation& delegation) {
      return may_meet(delegation.when, rule.when, compiled_.identity);
    });
    return standing.count() > 1 && counts(rule, standing);
  }

  void check_defaults() {
    const Node* const defaults = child_of(*linted_.document, "defaults");
    if (defaults == nullptr) return;
    for (const config::Entry& entry : defaults->entries)
      if (entry.value.scalar == name_of(Verdict::allow))
        linted_.add(entry.key.place, "loosens",
                    fmt::format("'{}: allow' loosens nothing: the strictest that a layer states holds",
                                entry.key.scalar),
                    "take it out here");
  }

  Linted& linted_;
  const CompiledRules& compiled_;
};

}  // namespace

void lint_layers(Linted& linted) { LayerLinter(linted).run(); }

}  // namespace policy
