#include "policy/rules_reader.h"

#include <algorithm>
#include <utility>

#include "config/reader.h"
#include "policy/matcher_reader.h"
#include "policy/program_reader.h"
#include "policy/rules_shape.h"

namespace policy {
namespace {

using config::find;
using config::Node;

Verdict read_verdict(const Node& node) { return static_cast<Verdict>(config::index_of(node, verdict_shape)); }

EventKind read_event(const Node& node) { return static_cast<EventKind>(config::index_of(node, event_shape)); }

std::vector<EventKind> read_events(const Node& node) {
  if (node.kind != Node::Kind::sequence) return {read_event(node)};
  std::vector<EventKind> events;
  for (const Node& each : node.items) events.push_back(read_event(each));
  return events;
}

class RulesReader {
 public:
  RulesReader(const Node& document, Layer layer, const Surroundings& surroundings, const Sets& sets)
      : document_(document), vocabulary_{&surroundings, &file_.sets} {
    file_.layer = layer;
    file_.sets = sets;
  }

  RulesFile read() {
    config::check(document_, rules_file_shape);
    file_.extends_base = find(document_, "extends") != nullptr && extends_any(*find(document_, "extends"));
    if (const Node* defaults = find(document_, "defaults")) read_defaults(*defaults);
    if (const Node* sets = find(document_, "sets")) read_sets(*sets);
    if (const Node* programs = find(document_, "programs"))
      for (const config::Entry& entry : programs->entries)
        file_.programs.push_back(read_program(entry.key.scalar, entry.value));
    if (const Node* profiles = find(document_, "profiles"))
      for (const config::Entry& entry : profiles->entries) file_.profiles.push_back(entry.key.scalar);
    if (const Node* rules = find(document_, "rules"))
      for (const Node& each : rules->items) file_.rules.push_back(read_rule(each));
    if (const Node* delegate = find(document_, "delegate")) read_delegations(*delegate);
    if (const Node* exceptions = find(document_, "except"))
      for (const config::Entry& entry : exceptions->entries)
        file_.exceptions.push_back({entry.key.scalar, entry.key.place, find(entry.value, "when")});
    if (const Node* examples = find(document_, "examples")) read_promises(*examples);
    return std::move(file_);
  }

 private:
  /// There is one word only that can stand here.
  static bool extends_any(const Node& node) { return node.kind == Node::Kind::scalar || !node.items.empty(); }

  void read_defaults(const Node& node) {
    for (const EventKind kind : {EventKind::exec, EventKind::read, EventKind::write, EventKind::net})
      if (const Node* verdict = find(node, name_of(kind)))
        file_.defaults[static_cast<std::size_t>(kind)] = Default{read_verdict(*verdict), verdict->place};
  }

  /// A set may name those above it.
  void read_sets(const Node& node) {
    for (const config::Entry& entry : node.entries) {
      std::vector<std::string> list;
      for (PlacedWord& word : read_words(entry.value, vocabulary_)) list.push_back(std::move(word.text));
      file_.sets[entry.key.scalar] = std::move(list);
    }
  }

  Rule read_rule(const Node& node) {
    Rule rule;
    rule.place = node.place;
    rule.layer = file_.layer;
    rule.id = find(node, "id")->scalar;
    const Node* const event = find(node, "event");
    rule.events = read_events(event != nullptr ? *event : *find(node, "on"));
    if (const Node* when = find(node, "when")) rule.when = read_matchers(*when, vocabulary_);
    if (const Node* unless = find(node, "unless")) rule.unless = read_matchers(*unless, vocabulary_);
    rule.verdict = read_verdict(*find(node, "verdict"));
    if (const Node* reason = find(node, "reason")) rule.reason = reason->scalar;
    if (const Node* suggest = find(node, "suggest")) rule.suggest = suggest->scalar;
    if (const Node* profile = find(node, "profile")) rule.profile = profile->scalar;
    if (const Node* granter = find(node, "grant"))
      rule.granter = static_cast<Granter>(config::index_of(*granter, granter_shape));
    if (const Node* examples = find(node, "examples")) {
      if (const Node* match = find(*examples, "match")) rule.match = read_examples(*match);
      if (const Node* no_match = find(*examples, "no_match")) rule.no_match = read_examples(*no_match);
    }
    return rule;
  }

  static std::vector<Example> read_examples(const Node& node) {
    std::vector<Example> examples;
    if (node.kind != Node::Kind::sequence) examples.push_back(read_example(node));
    for (const Node& each : node.items) examples.push_back(read_example(each));
    return examples;
  }

  /// A command line, or {command: …, by: …} where it matters what starts it.
  static Example read_example(const Node& node) {
    if (node.kind != Node::Kind::map) return {node.scalar, node.place};
    return {find(node, "command")->scalar, node.place, config::read_strings(*find(node, "by"))};
  }

  void read_promises(const Node& node) {
    const auto add = [&](const Node& list, Verdict verdict, const std::string& profile) {
      for (Example& example : read_examples(list))
        file_.promises.push_back({verdict, profile, std::move(example)});
    };
    for (const Verdict verdict : {Verdict::allow, Verdict::ask, Verdict::deny})
      if (const Node* list = find(node, name_of(verdict))) add(*list, verdict, "");
    if (const Node* profiles = find(node, "profile"))
      for (const config::Entry& entry : profiles->entries) add(entry.value, Verdict::allow, entry.key.scalar);
  }

  void read_delegations(const Node& node) {
    for (const Layer to : {Layer::user, Layer::project, Layer::session})
      if (const Node* list = find(node, name_of(to)))
        for (const Node& each : list->items) file_.delegations.push_back(read_delegation(each, to));
  }

  Delegation read_delegation(const Node& node, Layer to) const {
    Delegation delegation{file_.layer, to, node.place, read_events(*find(node, "event")), {}, {}};
    if (const Node* when = find(node, "when")) delegation.when = read_matchers(*when, vocabulary_);
    if (const Node* profiles = find(node, "profiles")) delegation.profiles = config::read_strings(*profiles);
    return delegation;
  }

  const Node& document_;
  RulesFile file_;
  Vocabulary vocabulary_;
};

}  // namespace

const std::vector<std::string> built_in_profiles{
    "read-only", "workspace-write", "agent", "unconfined", "test", "git-remote", "registry", "gh", "docker"};

bool Rule::is_for(EventKind kind) const {
  return std::find(events.begin(), events.end(), kind) != events.end();
}

bool Rule::is_held() const {
  return is_for(EventKind::exec) || is_for(EventKind::net) || verdict != Verdict::ask;
}

RulesFile read_rules(const config::Node& document, Layer layer, const Surroundings& surroundings,
                     const Sets& sets) {
  return RulesReader(document, layer, surroundings, sets).read();
}

}  // namespace policy
