#include "policy/rule_set.h"

#include <algorithm>
#include <utility>

#include "policy/compiled_rules.h"
#include "policy/denial.h"
#include "policy/examples.h"
#include "policy/rule_match.h"

namespace policy {
namespace {

/// What was not stated; see DESIGN "Rules".
const Default missing_default{Verdict::allow, {"builtin:defaults", 0, 0}};

/// The strictest that the layers before `end` state.
Default default_of(const CompiledRules& compiled, std::size_t end) {
  Default strictest = missing_default;
  bool stated = false;
  for (std::size_t layer = 0; layer < end; ++layer) {
    const auto& exec = compiled.default_exec[layer];
    if (!exec || (stated && exec->verdict <= strictest.verdict)) continue;
    strictest = *exec;
    stated = true;
  }
  return strictest;
}

void take_default(const Default& by_default, Decision& decision) {
  decision.verdict = by_default.verdict;
  decision.rule = "defaults.exec";
  decision.source = by_default.place;
  if (by_default.verdict == Verdict::deny)
    decision.reason = "No rule allows this, and what no rule allows is denied.";
  if (by_default.verdict == Verdict::ask)
    decision.reason = "No rule decides this, and what no rule decides is asked.";
}

void take_rule(const Rule& rule, Decision& decision) {
  decision.verdict = rule.verdict;
  decision.rule = rule.id;
  decision.source = rule.place;
  decision.reason = rule.reason;
  decision.suggest = rule.suggest;
}

/// A profile may widen, and the lower layers only tighten: until something is delegated to them, theirs do
/// not count.
bool may_choose_profile(Layer layer) { return layer == Layer::system || layer == Layer::user; }

bool counts(const Rule& rule) {
  return rule.verdict != Verdict::allow || rule.profile.empty() || may_choose_profile(rule.layer);
}

std::vector<const Rule*> matching_rules(const CompiledRules& compiled, const sandbox::ExecEvent& event,
                                        const State& state) {
  const std::vector<Face> faces = faces_of(event, compiled.identity);
  std::vector<const Rule*> matching;
  for (const RuleIndex::Number number : compiled.index.candidates(faces, compiled.distinct_programs)) {
    const Rule& rule = compiled.rules[number];
    const Scene scene{&event,
                      &state,
                      &compiled.identity,
                      &compiled.programs_of(rule.layer),
                      static_cast<int>(rule.layer),
                      Resolve::on_disk};
    if (counts(rule) && applies(rule, faces, scene)) matching.push_back(&rule);
  }
  return matching;
}

}  // namespace

struct RuleSet::Compiled : CompiledRules {
  explicit Compiled(CompiledRules&& compiled) : CompiledRules(std::move(compiled)) {}
};

RuleSet::RuleSet(std::unique_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
RuleSet::RuleSet(RuleSet&&) noexcept = default;
RuleSet& RuleSet::operator=(RuleSet&&) noexcept = default;
RuleSet::~RuleSet() = default;

RuleSet RuleSet::compile(const std::vector<Source>& sources, const Surroundings& surroundings,
                         std::uint64_t generation) {
  auto compiled = std::make_unique<Compiled>(compile_rules(sources, surroundings));
  for (const config::BadInput& failure : run_examples(*compiled)) throw failure;
  compiled->generation = generation;
  return RuleSet(std::move(compiled));
}

Decision RuleSet::decide(const sandbox::ExecEvent& event, const State& state) const {
  Decision decision;
  decision.rules_generation = compiled_->generation;
  decision.chain = sandbox::chain_of(event);
  const Rule* decider = nullptr;
  for (const Rule* rule : matching_rules(*compiled_, event, state)) {
    decision.matched.push_back({rule->id, rule->verdict, rule->place});
    if (decider == nullptr || rule->verdict > decider->verdict) decider = rule;
    if (decision.profile.empty() && may_choose_profile(rule->layer)) decision.profile = rule->profile;
  }
  // An allow answers the defaults of its own layer and of those below, not of those above.
  const std::size_t above = decider == nullptr                   ? layer_count
                            : decider->verdict == Verdict::allow ? static_cast<std::size_t>(decider->layer)
                                                                 : 0;
  const Default by_default = default_of(*compiled_, above);
  if (decider == nullptr || (above > 0 && by_default.verdict > decider->verdict)) {
    take_default(by_default, decision);
  } else {
    take_rule(*decider, decision);
    if (!decider->profile.empty()) decision.profile = decider->profile;
  }
  if (decision.verdict != Verdict::allow) decision.callers = callers_of(event);
  return decision;
}

bool RuleSet::reads_environment() const { return compiled_->reads_environment; }

std::vector<std::string> RuleSet::not_in_force() const {
  std::vector<std::string> ids;
  for (const Rule& rule : compiled_->rules)
    if (!rule.is_for(EventKind::exec) && rule.verdict != Verdict::allow) ids.push_back(rule.id);
  return ids;
}

const std::vector<std::string>& RuleSet::known_programs() const { return compiled_->known_programs; }

}  // namespace policy
