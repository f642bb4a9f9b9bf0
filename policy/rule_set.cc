#include "policy/rule_set.h"

#include <algorithm>
#include <utility>

#include "policy/compiled_rules.h"
#include "policy/denial.h"
#include "policy/explain.h"
#include "policy/rule_match.h"
#include "policy/seen.h"

namespace policy {

Default default_of(const CompiledRules& compiled, EventKind kind, std::size_t end) {
  Default strictest;
  bool stated = false;
  for (std::size_t layer = 0; layer < end; ++layer) {
    const auto& said = compiled.defaults[static_cast<std::size_t>(kind)][layer];
    if (!said || (stated && said->verdict <= strictest.verdict)) continue;
    strictest = *said;
    stated = true;
  }
  return strictest;
}

namespace {

void take_default(const Default& by_default, EventKind kind, Decision& decision) {
  decision.verdict = by_default.verdict;
  decision.rule = std::string("defaults.") + name_of(kind);
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

using Numbers = std::vector<RuleIndex::Number>;

std::vector<const Rule*> matching_rules(const CompiledRules& compiled, const Numbers& candidates,
                                        const Seen& event) {
  Scene scene = event.scene;
  std::vector<const Rule*> matching;
  for (const RuleIndex::Number number : candidates) {
    const Rule& rule = compiled.rules[number];
    set_rule(compiled, rule, scene);
    if (counts(rule) && applies(rule, event.faces, scene)) matching.push_back(&rule);
  }
  return matching;
}

Decision decision_of(const CompiledRules& compiled, EventKind kind,
                     const std::vector<const Rule*>& matching) {
  Decision decision;
  decision.rules_generation = compiled.generation;
  const Rule* decider = nullptr;
  for (const Rule* rule : matching) {
    decision.matched.push_back({rule->id, rule->verdict, rule->place});
    if (decider == nullptr || rule->verdict > decider->verdict) decider = rule;
    if (decision.profile.empty() && may_choose_profile(rule->layer)) decision.profile = rule->profile;
  }
  // An allow answers the defaults of its own layer and of those below, not of those above.
  const std::size_t above = decider == nullptr                   ? layer_count
                            : decider->verdict == Verdict::allow ? static_cast<std::size_t>(decider->layer)
                                                                 : 0;
  const Default by_default = default_of(compiled, kind, above);
  if (decider == nullptr || (above > 0 && by_default.verdict > decider->verdict)) {
    take_default(by_default, kind, decision);
  } else {
    take_rule(*decider, decision);
    if (!decider->profile.empty()) decision.profile = decider->profile;
  }
  return decision;
}

void name_callers(const sandbox::ExecEvent& event, Decision& decision) {
  decision.chain = sandbox::chain_of(event);
  if (decision.verdict != Verdict::allow) decision.callers = callers_of(event);
}

const TargetIndex& targets_of(const CompiledRules& compiled, EventKind kind) {
  return compiled.targets[static_cast<std::size_t>(kind)];
}

}  // namespace

struct RuleSet::Compiled : CompiledRules {
  explicit Compiled(CompiledRules&& compiled) : CompiledRules(std::move(compiled)) {}
};

RuleSet::RuleSet(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
RuleSet::RuleSet(RuleSet&&) noexcept = default;
RuleSet& RuleSet::operator=(RuleSet&&) noexcept = default;
RuleSet::~RuleSet() = default;

RuleSet RuleSet::compile(std::vector<Source> sources, const Surroundings& surroundings,
                         std::uint64_t generation) {
  auto compiled = std::make_unique<Compiled>(compile_rules(std::move(sources), surroundings));
  for (const config::BadInput& failure : run_examples(*compiled)) throw failure;
  compiled->generation = generation;
  return RuleSet(std::move(compiled));
}

Decision RuleSet::decide(const sandbox::ExecEvent& event, const State& state) const {
  compiled_->prepare_for(event);
  return policy::decide(*compiled_, event, state, Resolve::on_disk);
}

Decision decide(const CompiledRules& compiled, const sandbox::ExecEvent& event, const State& state,
                Resolve resolve) {
  const Seen exec = seen(compiled, event, state, resolve);
  const Numbers candidates = compiled.index.candidates(exec.faces, compiled.distinct_programs);
  Decision decision = decision_of(compiled, EventKind::exec, matching_rules(compiled, candidates, exec));
  name_callers(event, decision);
  return decision;
}

Decision RuleSet::decide(const FileEvent& event, const State& state) const {
  compiled_->prepare_for_other_events();
  return policy::decide(*compiled_, event, state);
}

Decision decide(const CompiledRules& compiled, const FileEvent& event, const State& state) {
  const Numbers candidates = targets_of(compiled, event.kind).candidates(event);
  return decision_of(compiled, event.kind,
                     matching_rules(compiled, candidates, seen(compiled, event, state)));
}

Decision RuleSet::decide(const NetEvent& event, const State& state) const {
  compiled_->prepare_for_other_events();
  return policy::decide(*compiled_, event, state, Resolve::on_disk);
}

Decision decide(const CompiledRules& compiled, const NetEvent& event, const State& state, Resolve resolve) {
  const Numbers candidates = targets_of(compiled, EventKind::net).candidates(event);
  const Seen connection = seen(compiled, event, state, resolve);
  Decision decision = decision_of(compiled, EventKind::net, matching_rules(compiled, candidates, connection));
  if (connection.scene.event != nullptr) name_callers(*event.process, decision);
  return decision;
}

std::vector<std::string> RuleSet::unknowns_of(const NetEvent& event) const {
  compiled_->prepare_for_other_events();
  bool wants_process = false;
  bool wants_address = false;
  for (const Rule& rule : compiled_->rules) {
    if (!rule.is_for(EventKind::net)) continue;
    for (const auto* matchers : {&rule.when, &rule.unless}) {
      for (const Matcher& matcher : *matchers) {
        wants_process = wants_process || matcher.names_process();
        wants_address =
            wants_address || std::any_of(matcher.hosts.begin(), matcher.hosts.end(),
                                         [](const HostPattern& host) { return host.network().has_value(); });
      }
    }
  }
  std::vector<std::string> unknowns;
  if (wants_process && !event.process) unknowns.emplace_back("which program connects");
  if (wants_address && !event.known_address()) unknowns.push_back("the address of " + event.host);
  return unknowns;
}

std::vector<ExplainedRule> RuleSet::explain(const sandbox::ExecEvent& event, const State& state) const {
  compiled_->read_all();
  return policy::explain(*compiled_, event, state);
}

std::vector<ExplainedRule> RuleSet::explain(const FileEvent& event, const State& state) const {
  compiled_->read_all();
  return policy::explain(*compiled_, event, state);
}

std::vector<ExplainedRule> RuleSet::explain(const NetEvent& event, const State& state) const {
  compiled_->read_all();
  return policy::explain(*compiled_, event, state);
}

bool RuleSet::reads_environment() const { return compiled_->reads_environment; }

std::vector<std::string> RuleSet::denied_places(EventKind kind) const {
  std::vector<std::string> places;
  for (const Rule& rule : compiled_->rules) {
    if (!rule.is_for(kind) || rule.verdict != Verdict::deny || is_base(rule)) continue;
    for (const Matcher& matcher : rule.when) {
      if (matcher.path.empty()) places.emplace_back("/");
      for (const FilePattern& pattern : matcher.path)
        for (std::string& stem : pattern.stems()) places.push_back(std::move(stem));
    }
  }
  return places;
}

std::vector<std::string> RuleSet::not_in_force() const {
  std::vector<std::string> ids;
  for (const Rule& rule : compiled_->rules)
    if (!rule.is_held() && rule.verdict != Verdict::allow && !is_base(rule)) ids.push_back(rule.id);
  return ids;
}

std::vector<std::string> RuleSet::known_programs() const {
  compiled_->read_all();
  return compiled_->identity.paths();
}

}  // namespace policy
