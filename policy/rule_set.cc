#include "policy/rule_set.h"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "policy/compiled_rules.h"
#include "policy/denial.h"
#include "policy/explain.h"
#include "policy/grant_match.h"
#include "policy/internal_address.h"
#include "policy/rule_match.h"
#include "policy/standing.h"
#include "sandbox/sys/path.h"

namespace policy {

Default default_of(const CompiledRules& compiled, EventKind kind, const Layers& answered) {
  Default strictest;
  bool stated = false;
  for (std::size_t layer = 0; layer < layer_count; ++layer) {
    const auto& said = compiled.defaults[static_cast<std::size_t>(kind)][layer];
    if (!said || answered.test(layer) || (stated && said->verdict <= strictest.verdict)) continue;
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

/// A rule that matches, and what it decides.
struct Match {
  const Rule* rule = nullptr;
  Layers standing;
  Default left = {};             ///< what its layer cannot answer of the defaults
  const Grant* grant = nullptr;  ///< that answers it

  [[nodiscard]] Verdict verdict() const { return grant == nullptr ? rule->verdict : Verdict::allow; }
};

void take_rule(const Match& match, Decision& decision) {
  decision.verdict = match.verdict();
  decision.rule = match.rule->id;
  decision.source = match.rule->place;
  decision.reason = match.rule->reason;
  if (match.grant == nullptr) decision.suggest = match.rule->suggest;
  if (!match.rule->profile.empty() && may_choose_profile(match.standing))
    decision.profile = match.rule->profile;
}

using Numbers = std::vector<RuleIndex::Number>;

std::vector<Match> matches_of(const CompiledRules& compiled, EventKind kind, const Numbers& candidates,
                              const Seen& event) {
  Scene scene = event.scene;
  std::vector<Match> matches;
  for (const RuleIndex::Number number : candidates) {
    const Rule& rule = compiled.rules[number];
    set_layer(compiled, rule.layer, scene);
    if (!applies(rule, event.faces, scene)) continue;
    const Layers standing = standing_of(compiled, rule, kind, event);
    if (counts(rule, standing))
      matches.push_back({&rule, standing, default_of(compiled, kind, answered_by(rule, standing))});
  }
  return matches;
}

/// A deny is not asked about.
void answer_asks(const CompiledRules& compiled, const Seen& event, std::vector<Match>& matches) {
  if (compiled.grants.empty() || std::any_of(matches.begin(), matches.end(), [](const Match& match) {
        return match.rule->verdict == Verdict::deny;
      }))
    return;
  for (Match& match : matches)
    if (match.rule->verdict == Verdict::ask)
      match.grant = grant_for(compiled, match.rule->id, match.rule, event);
}

/// The first of the strictest; of those that allow, one that would have asked, or else leaves least to the
/// defaults.
const Match& decider_of(const std::vector<Match>& matches) {
  const auto rank = [](const Match& match) {
    return std::make_tuple(match.verdict(), match.grant != nullptr, -static_cast<int>(match.left.verdict));
  };
  return *std::max_element(matches.begin(), matches.end(),
                           [&](const Match& one, const Match& other) { return rank(one) < rank(other); });
}

/// What no match answers.
Default default_left(const CompiledRules& compiled, EventKind kind, const std::vector<Match>& matches) {
  if (matches.empty()) return default_of(compiled, kind);
  return std::min_element(
             matches.begin(), matches.end(),
             [](const Match& one, const Match& other) { return one.left.verdict < other.left.verdict; })
      ->left;
}

void note_grant(const std::string& rule, const Grant& grant, Decision& decision) {
  decision.granted.push_back({rule, grant.place, grant.reason});
}

Decision decision_of(const CompiledRules& compiled, EventKind kind, const Seen& event,
                     std::vector<Match> matches) {
  Decision decision;
  decision.rules_generation = compiled.generation;
  answer_asks(compiled, event, matches);
  for (const Match& match : matches) {
    decision.matched.push_back({match.rule->id, match.rule->verdict, match.rule->place});
    if (match.grant != nullptr) note_grant(match.rule->id, *match.grant, decision);
    if (decision.profile.empty() && may_choose_profile(match.standing))
      decision.profile = match.rule->profile;
  }
  const Default by_default = default_left(compiled, kind, matches);
  const Match* const decider = matches.empty() ? nullptr : &decider_of(matches);
  if (decider != nullptr && decider->verdict() >= by_default.verdict) {
    take_rule(*decider, decision);
    return decision;
  }
  take_default(by_default, kind, decision);
  if (decision.verdict == Verdict::deny) decision.granted.clear();
  if (decision.verdict != Verdict::ask) return decision;
  if (const Grant* grant = grant_for(compiled, decision.rule, nullptr, event)) {
    decision.verdict = Verdict::allow;
    note_grant(decision.rule, *grant, decision);
  }
  return decision;
}

/// Some rule that lets the connection be says so of addresses as this one.
bool is_named(const std::vector<Match>& matches, const Address& address) {
  const auto names_it = [&](const Matcher& matcher) {
    return std::any_of(matcher.hosts.begin(), matcher.hosts.end(), [&](const HostPattern& host) {
      return host.network() && host.network()->contains(address);
    });
  };
  return std::any_of(matches.begin(), matches.end(), [&](const Match& match) {
    const std::vector<Matcher>& when = match.rule->when;
    return match.rule->verdict != Verdict::deny && std::any_of(when.begin(), when.end(), names_it);
  });
}

/// What no rule decides, the profile that the process runs in may. True where it names the address, too.
bool allow_by_profile(const CompiledRules& compiled, const NetEvent& event, Decision& decision) {
  const Profile* const profile = find_profile(compiled.profiles, event.profile);
  const Profile::Reach* const reach = profile == nullptr ? nullptr : reach_of(*profile, event);
  if (reach == nullptr || decision.rule != std::string("defaults.") + name_of(EventKind::net)) return false;
  decision.verdict = Verdict::allow;
  decision.rule = "profiles." + profile->settings.name;
  decision.source = profile->settings.place;
  decision.reason.clear();
  decision.profile = event.profile;
  return reach->host.network().has_value();
}

/// Whoever owns a name may have it lead anywhere, also to this machine and to the network around it.
void deny_internal(const NetEvent& event, const Address& address, Decision& decision) {
  if (decision.verdict == Verdict::deny) return;
  decision.verdict = Verdict::deny;
  decision.rule = internal_rule;
  decision.source = {};
  decision.granted.clear();
  decision.reason =
      event.host.empty()
          ? fmt::format("{} is an address of this machine or of the network around it.", text_of(address))
          : fmt::format("{} leads to {}, an address of this machine or of the network around it.", event.host,
                        text_of(address));
  decision.suggest = "A rule that allows it has to name the address, too.";
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
  Decision decision =
      decision_of(compiled, EventKind::exec, exec, matches_of(compiled, EventKind::exec, candidates, exec));
  name_callers(event, decision);
  return decision;
}

Decision RuleSet::decide(const FileEvent& event, const State& state) const {
  compiled_->prepare_for_other_events();
  return policy::decide(*compiled_, event, state);
}

Decision decide(const CompiledRules& compiled, const FileEvent& event, const State& state) {
  const Numbers candidates = targets_of(compiled, event.kind).candidates(event);
  const Seen file = seen(compiled, event, state);
  return decision_of(compiled, event.kind, file, matches_of(compiled, event.kind, candidates, file));
}

Decision RuleSet::decide(const NetEvent& event, const State& state) const {
  compiled_->prepare_for_other_events();
  return policy::decide(*compiled_, event, state, Resolve::on_disk);
}

Decision decide(const CompiledRules& compiled, const NetEvent& event, const State& state, Resolve resolve) {
  const Numbers candidates = targets_of(compiled, EventKind::net).candidates(event);
  const Seen connection = seen(compiled, event, state, resolve);
  const std::vector<Match> matches = matches_of(compiled, EventKind::net, candidates, connection);
  Decision decision = decision_of(compiled, EventKind::net, connection, matches);
  const bool is_reached = allow_by_profile(compiled, event, decision);
  if (const auto address = event.known_address();
      address && !is_reached && !is_named(matches, *address) && is_internal(*address))
    deny_internal(event, *address, decision);
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

const std::vector<Profile>& RuleSet::profiles() const { return compiled_->profiles; }

bool RuleSet::is_part_of(const sandbox::Image& program, const sandbox::ExecEvent& event) const {
  const ProgramTable& table = compiled_->programs_of(Layer::user);
  const std::string name = sys::base_name(program.called);
  const policy::Program* const known = table.find(name);
  const sandbox::File& file = event.images.front().file;
  if (known == nullptr || file.writable) return false;
  return std::any_of(known->runs.begin(), known->runs.end(),
                     [&](const std::string& part) { return file.path == compiled_->identity.look_up(part); });
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

std::vector<std::string> RuleSet::not_in_force(sandbox::Network network) const {
  std::vector<std::string> ids;
  for (const Rule& rule : compiled_->rules) {
    const bool is_passed_by = network == sandbox::Network::full && rule.is_for(EventKind::net);
    if ((is_passed_by || !rule.is_held()) && rule.verdict != Verdict::allow && !is_base(rule))
      ids.push_back(rule.id);
  }
  return ids;
}

std::vector<std::string> RuleSet::known_programs() const {
  compiled_->read_all();
  return compiled_->identity.paths();
}

}  // namespace policy
